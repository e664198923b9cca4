select f.id as feedback_id, f.object_id as message_id, case t.name when 'positive' then 5 when 'negative' then 1 end as rating, f.created_at as created_at from annotations_customtaggeditem f join annotations_tag t on t.id = f.tag_id join django_content_type x on x.id = f.content_type_id
where t.category = 'response_rating' and x.model = 'chatmessage'
