/*
doc: >-
  Usage types of the last 30 days whose name gendash does not know. They count as input or output by that word in their
  name, as in Langfuse, and as cached or reasoning tokens by a guess. Each is named with the number of observations that have it.
place: store
feature: langfuse
severity: warning
cadence: 1d
key: [usage_type]
*/
select usage_type, count(*) as observations
from {{ view('lf_observation') }} cross join lateral jsonb_object_keys(usage) as used (usage_type)
where start_time > {{ now() }} - interval '30 days' and start_time <= {{ now() }}
  and trim(both '_' from lower(regexp_replace(
    regexp_replace(usage_type, '([a-z0-9])([A-Z])', '\1_\2', 'g'), '[^A-Za-z0-9]+', '_', 'g'
  ))) not in (
    'input', 'output', 'total', 'input_cached_tokens', 'input_cached', 'input_cache_read',
    'input_cache_creation', 'input_cache_creation_5m', 'input_cache_creation_1h', 'input_audio',
    'input_audio_tokens', 'input_image_tokens', 'input_text_tokens', 'output_audio', 'output_audio_tokens',
    'output_text_tokens', 'output_reasoning', 'output_reasoning_tokens', 'output_accepted_prediction_tokens',
    'output_rejected_prediction_tokens',
    'prompt_tokens', 'completion_tokens', 'total_tokens', 'prompt_tokens_details_cached_tokens',
    'prompt_tokens_details_cache_write_tokens', 'prompt_tokens_details_audio_tokens',
    'prompt_tokens_details_video_tokens', 'input_tokens_details_cache_write_tokens', 'completion_tokens_details_reasoning_tokens',
    'completion_tokens_details_audio_tokens', 'completion_tokens_details_accepted_prediction_tokens',
    'completion_tokens_details_rejected_prediction_tokens', 'input_tokens_details_cached_tokens',
    'output_tokens_details_reasoning_tokens',
    'input_tokens', 'output_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens',
    'cache_creation_ephemeral_5m_input_tokens', 'cache_creation_ephemeral_1h_input_tokens',
    'prompt_token_count', 'candidates_token_count', 'thoughts_token_count', 'tool_use_prompt_token_count',
    'cached_content_token_count', 'total_token_count',
    'prompt_cache_hit_tokens', 'prompt_cache_miss_tokens',
    'cache_read_input_token_count', 'cache_write_input_tokens', 'cache_write_input_token_count',
    'cached_input_tokens', 'reasoning_tokens', 'reasoning', 'response_token_count',
    'input_token_details_no_cache_tokens', 'input_token_details_cache_read_tokens',
    'input_token_details_cache_write_tokens', 'output_token_details_text_tokens',
    'output_token_details_reasoning_tokens',
    'input_cache_write', 'input_cached_text_tokens', 'input_cached_audio_tokens', 'input_text', 'input_image',
    'input_modality_1', 'output_text', 'output_modality_1', 'cache_write_tokens', 'accepted_prediction_tokens',
    'rejected_prediction_tokens', 'grounding_queries', 'web_search_queries', 'input_token_count',
    'output_token_count', 'input_text_token_count', 'prompt_eval_count', 'eval_count', 'num_cached_tokens',
    'cached_tokens', 'prompt_audio_seconds', 'details_cache_read_tokens', 'details_cache_write_tokens',
    'details_reasoning_tokens', 'cache_read_tokens'
  )
group by usage_type
