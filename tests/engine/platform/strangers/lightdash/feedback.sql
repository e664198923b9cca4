select m.ai_prompt_uuid as feedback_id, m.ai_prompt_uuid::text as message_id, m.created_by_user_uuid as user_id, case m.human_score when 1 then 5 when -1 then 1 end as rating, m.human_feedback as comment, m.responded_at as created_at from ai_prompt m
where m.human_score in (1, -1)
