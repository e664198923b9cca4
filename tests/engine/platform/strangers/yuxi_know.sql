-- An invented database with the tables and types of a public schema of an agent and knowledge base platform (Yuxi-Know); its adapter, written by hand before the first run, is in the folder.
CREATE TABLE agent_runs (id VARCHAR(64) NOT NULL, thread_id VARCHAR(64) NOT NULL, agent_id VARCHAR(64) NOT NULL, user_id VARCHAR(64) NOT NULL, status
  VARCHAR(32) NOT NULL, request_id VARCHAR(64) NOT NULL, input_payload JSON NOT NULL, error_type VARCHAR(64), error_message TEXT, started_at TIMESTAMP
  WITHOUT TIME ZONE, finished_at TIMESTAMP WITHOUT TIME ZONE, created_at TIMESTAMP WITHOUT TIME ZONE, updated_at TIMESTAMP WITHOUT TIME ZONE, PRIMARY
  KEY (id));
CREATE INDEX ix_agent_runs_agent_id ON agent_runs (agent_id);
CREATE UNIQUE INDEX ix_agent_runs_request_id ON agent_runs (request_id);
CREATE INDEX ix_agent_runs_status ON agent_runs (status);
CREATE INDEX ix_agent_runs_thread_id ON agent_runs (thread_id);
CREATE INDEX ix_agent_runs_user_id ON agent_runs (user_id);
CREATE TABLE conversations (id SERIAL NOT NULL, thread_id VARCHAR(64) NOT NULL, user_id VARCHAR(64) NOT NULL, agent_id VARCHAR(64) NOT NULL, title
  VARCHAR(255), status VARCHAR(20), is_pinned BOOLEAN NOT NULL, created_at TIMESTAMP WITHOUT TIME ZONE, updated_at TIMESTAMP WITHOUT TIME ZONE,
  extra_metadata JSON, PRIMARY KEY (id));
CREATE INDEX ix_conversations_agent_id ON conversations (agent_id);
CREATE INDEX ix_conversations_is_pinned ON conversations (is_pinned);
CREATE UNIQUE INDEX ix_conversations_thread_id ON conversations (thread_id);
CREATE INDEX ix_conversations_user_id ON conversations (user_id);
CREATE TABLE departments (id SERIAL NOT NULL, name VARCHAR(50) NOT NULL, description VARCHAR(255), created_at TIMESTAMP WITHOUT TIME ZONE, PRIMARY KEY
  (id));
CREATE UNIQUE INDEX ix_departments_name ON departments (name);
CREATE TABLE knowledge_bases (id SERIAL NOT NULL, db_id VARCHAR(80) NOT NULL, name VARCHAR(255) NOT NULL, description TEXT, kb_type VARCHAR(32) NOT
  NULL, embed_info JSONB, llm_info JSONB, query_params JSONB, additional_params JSONB, share_config JSONB, mindmap JSONB, sample_questions JSONB,
  created_at TIMESTAMP WITH TIME ZONE, updated_at TIMESTAMP WITH TIME ZONE, PRIMARY KEY (id), CONSTRAINT uq_knowledge_bases_db_id UNIQUE (db_id));
CREATE UNIQUE INDEX ix_knowledge_bases_db_id ON knowledge_bases (db_id);
CREATE INDEX ix_knowledge_bases_kb_type ON knowledge_bases (kb_type);
CREATE INDEX ix_knowledge_bases_name ON knowledge_bases (name);
CREATE TABLE mcp_servers (name VARCHAR(100) NOT NULL, description VARCHAR(500), transport VARCHAR(20) NOT NULL, url VARCHAR(500), command
  VARCHAR(500), args JSON, env JSON, headers JSON, timeout INTEGER, sse_read_timeout INTEGER, tags JSON, icon VARCHAR(50), enabled INTEGER NOT NULL,
  disabled_tools JSON, created_by VARCHAR(100) NOT NULL, updated_by VARCHAR(100) NOT NULL, created_at TIMESTAMP WITHOUT TIME ZONE, updated_at
  TIMESTAMP WITHOUT TIME ZONE, PRIMARY KEY (name));
CREATE TABLE model_providers (id SERIAL NOT NULL, provider_id VARCHAR(100) NOT NULL, display_name VARCHAR(100) NOT NULL, provider_type VARCHAR(32) NOT
  NULL, default_protocol VARCHAR(64), base_url VARCHAR(500) NOT NULL, embedding_base_url VARCHAR(500), rerank_base_url VARCHAR(500), models_endpoint
  VARCHAR(200), embedding_models_endpoint VARCHAR(200), rerank_models_endpoint VARCHAR(200), api_key_env VARCHAR(128), api_key VARCHAR(500),
  capabilities JSON NOT NULL, enabled_models JSON NOT NULL, headers_json JSON, extra_json JSON, is_enabled BOOLEAN NOT NULL, is_builtin BOOLEAN NOT
  NULL, created_by VARCHAR(100), updated_by VARCHAR(100), created_at TIMESTAMP WITHOUT TIME ZONE, updated_at TIMESTAMP WITHOUT TIME ZONE, PRIMARY KEY
  (id));
CREATE INDEX ix_model_providers_is_enabled ON model_providers (is_enabled);
CREATE UNIQUE INDEX ix_model_providers_provider_id ON model_providers (provider_id);
CREATE TABLE skills (id SERIAL NOT NULL, slug VARCHAR(128) NOT NULL, name VARCHAR(128) NOT NULL, description TEXT NOT NULL, tool_dependencies JSON NOT
  NULL, mcp_dependencies JSON NOT NULL, skill_dependencies JSON NOT NULL, dir_path VARCHAR(512) NOT NULL, version VARCHAR(64), is_builtin BOOLEAN NOT
  NULL, content_hash VARCHAR(128), created_by VARCHAR(64), updated_by VARCHAR(64), created_at TIMESTAMP WITHOUT TIME ZONE, updated_at TIMESTAMP
  WITHOUT TIME ZONE, PRIMARY KEY (id));
CREATE UNIQUE INDEX ix_skills_slug ON skills (slug);
CREATE TABLE subagents (name VARCHAR(128) NOT NULL, description TEXT NOT NULL, system_prompt TEXT NOT NULL, tools JSON NOT NULL, model VARCHAR(128),
  enabled BOOLEAN NOT NULL, is_builtin BOOLEAN NOT NULL, created_by VARCHAR(100), updated_by VARCHAR(100), created_at TIMESTAMP WITHOUT TIME ZONE,
  updated_at TIMESTAMP WITHOUT TIME ZONE, PRIMARY KEY (name));
CREATE TABLE tasks (id VARCHAR(32) NOT NULL, name VARCHAR(255) NOT NULL, type VARCHAR(64) NOT NULL, status VARCHAR(32) NOT NULL, progress FLOAT NOT
  NULL, message TEXT NOT NULL, payload JSON, result JSON, error TEXT, cancel_requested INTEGER NOT NULL, created_at TIMESTAMP WITHOUT TIME ZONE,
  updated_at TIMESTAMP WITHOUT TIME ZONE, started_at TIMESTAMP WITHOUT TIME ZONE, completed_at TIMESTAMP WITHOUT TIME ZONE, PRIMARY KEY (id));
CREATE INDEX ix_tasks_created_at ON tasks (created_at);
CREATE INDEX ix_tasks_status ON tasks (status);
CREATE INDEX ix_tasks_type ON tasks (type);
CREATE TABLE agent_configs (id SERIAL NOT NULL, department_id INTEGER NOT NULL, agent_id VARCHAR(64) NOT NULL, name VARCHAR(100) NOT NULL, description
  VARCHAR(255), icon VARCHAR(255), pics JSON NOT NULL, examples JSON NOT NULL, config_json JSON NOT NULL, is_default BOOLEAN NOT NULL, created_by
  VARCHAR(64), updated_by VARCHAR(64), created_at TIMESTAMP WITHOUT TIME ZONE, updated_at TIMESTAMP WITHOUT TIME ZONE, PRIMARY KEY (id), CONSTRAINT
  uq_agent_configs_department_agent_name UNIQUE (department_id, agent_id, name), FOREIGN KEY(department_id) REFERENCES departments (id));
CREATE INDEX ix_agent_configs_agent_id ON agent_configs (agent_id);
CREATE INDEX ix_agent_configs_department_id ON agent_configs (department_id);
CREATE INDEX ix_agent_configs_is_default ON agent_configs (is_default);
CREATE UNIQUE INDEX uq_agent_configs_department_agent_default ON agent_configs (department_id, agent_id) WHERE is_default IS true;
CREATE TABLE conversation_stats (id SERIAL NOT NULL, conversation_id INTEGER NOT NULL, message_count INTEGER, total_tokens INTEGER, model_used
  VARCHAR(100), user_feedback JSON, created_at TIMESTAMP WITHOUT TIME ZONE, updated_at TIMESTAMP WITHOUT TIME ZONE, PRIMARY KEY (id), UNIQUE
  (conversation_id), FOREIGN KEY(conversation_id) REFERENCES conversations (id));
CREATE TABLE evaluation_benchmarks (id SERIAL NOT NULL, benchmark_id VARCHAR(64) NOT NULL, db_id VARCHAR(80) NOT NULL, name VARCHAR(255) NOT NULL,
  description TEXT, question_count INTEGER, has_gold_chunks BOOLEAN, has_gold_answers BOOLEAN, data_file_path VARCHAR(1024), created_by VARCHAR(64),
  created_at TIMESTAMP WITH TIME ZONE, updated_at TIMESTAMP WITH TIME ZONE, PRIMARY KEY (id), CONSTRAINT uq_evaluation_benchmarks_benchmark_id UNIQUE
  (benchmark_id), FOREIGN KEY(db_id) REFERENCES knowledge_bases (db_id) ON DELETE CASCADE);
CREATE UNIQUE INDEX ix_evaluation_benchmarks_benchmark_id ON evaluation_benchmarks (benchmark_id);
CREATE INDEX ix_evaluation_benchmarks_db_id ON evaluation_benchmarks (db_id);
CREATE TABLE knowledge_files (id SERIAL NOT NULL, file_id VARCHAR(64) NOT NULL, db_id VARCHAR(80) NOT NULL, parent_id VARCHAR(64), filename
  VARCHAR(512) NOT NULL, original_filename VARCHAR(512), file_type VARCHAR(64), path VARCHAR(1024), minio_url VARCHAR(1024), markdown_file
  VARCHAR(1024), status VARCHAR(32), content_hash VARCHAR(128), file_size BIGINT, content_type VARCHAR(64), processing_params JSONB, is_folder
  BOOLEAN, error_message TEXT, created_by VARCHAR(64), updated_by VARCHAR(64), created_at TIMESTAMP WITH TIME ZONE, updated_at TIMESTAMP WITH TIME
  ZONE, PRIMARY KEY (id), CONSTRAINT uq_knowledge_files_file_id UNIQUE (file_id), FOREIGN KEY(db_id) REFERENCES knowledge_bases (db_id) ON DELETE
  CASCADE, FOREIGN KEY(parent_id) REFERENCES knowledge_files (file_id) ON DELETE SET NULL);
CREATE INDEX ix_knowledge_files_content_hash ON knowledge_files (content_hash);
CREATE INDEX ix_knowledge_files_db_id ON knowledge_files (db_id);
CREATE UNIQUE INDEX ix_knowledge_files_file_id ON knowledge_files (file_id);
CREATE INDEX ix_knowledge_files_parent_id ON knowledge_files (parent_id);
CREATE INDEX ix_knowledge_files_status ON knowledge_files (status);
CREATE TABLE messages (id SERIAL NOT NULL, conversation_id INTEGER NOT NULL, role VARCHAR(20) NOT NULL, content TEXT NOT NULL, message_type
  VARCHAR(30), created_at TIMESTAMP WITHOUT TIME ZONE, token_count INTEGER, extra_metadata JSON, image_content TEXT, PRIMARY KEY (id), FOREIGN
  KEY(conversation_id) REFERENCES conversations (id));
CREATE INDEX ix_messages_conversation_id ON messages (conversation_id);
CREATE TABLE users (id SERIAL NOT NULL, username VARCHAR NOT NULL, user_id VARCHAR NOT NULL, phone_number VARCHAR, avatar VARCHAR, password_hash
  VARCHAR NOT NULL, role VARCHAR NOT NULL, department_id INTEGER, created_at TIMESTAMP WITHOUT TIME ZONE, last_login TIMESTAMP WITHOUT TIME ZONE,
  login_failed_count INTEGER NOT NULL, last_failed_login TIMESTAMP WITHOUT TIME ZONE, login_locked_until TIMESTAMP WITHOUT TIME ZONE, is_deleted
  INTEGER NOT NULL, deleted_at TIMESTAMP WITHOUT TIME ZONE, PRIMARY KEY (id), FOREIGN KEY(department_id) REFERENCES departments (id));
CREATE INDEX ix_users_is_deleted ON users (is_deleted);
CREATE UNIQUE INDEX ix_users_phone_number ON users (phone_number);
CREATE UNIQUE INDEX ix_users_user_id ON users (user_id);
CREATE UNIQUE INDEX ix_users_username ON users (username);
CREATE TABLE api_keys (id SERIAL NOT NULL, key_hash VARCHAR(64) NOT NULL, key_prefix VARCHAR(16) NOT NULL, name VARCHAR(100) NOT NULL, user_id
  INTEGER, department_id INTEGER, expires_at TIMESTAMP WITHOUT TIME ZONE, is_enabled BOOLEAN NOT NULL, last_used_at TIMESTAMP WITHOUT TIME ZONE,
  created_by VARCHAR(64) NOT NULL, created_at TIMESTAMP WITHOUT TIME ZONE, PRIMARY KEY (id), FOREIGN KEY(user_id) REFERENCES users (id), FOREIGN
  KEY(department_id) REFERENCES departments (id));
CREATE INDEX ix_api_keys_department_id ON api_keys (department_id);
CREATE UNIQUE INDEX ix_api_keys_key_hash ON api_keys (key_hash);
CREATE INDEX ix_api_keys_user_id ON api_keys (user_id);
CREATE TABLE evaluation_results (id SERIAL NOT NULL, task_id VARCHAR(64) NOT NULL, db_id VARCHAR(80) NOT NULL, benchmark_id VARCHAR(64), status
  VARCHAR(32), retrieval_config JSONB, metrics JSONB, overall_score FLOAT, total_questions INTEGER, completed_questions INTEGER, started_at TIMESTAMP
  WITH TIME ZONE, completed_at TIMESTAMP WITH TIME ZONE, created_by VARCHAR(64), PRIMARY KEY (id), CONSTRAINT uq_evaluation_results_task_id UNIQUE
  (task_id), FOREIGN KEY(db_id) REFERENCES knowledge_bases (db_id) ON DELETE CASCADE, FOREIGN KEY(benchmark_id) REFERENCES evaluation_benchmarks
  (benchmark_id) ON DELETE SET NULL);
CREATE INDEX ix_evaluation_results_benchmark_id ON evaluation_results (benchmark_id);
CREATE INDEX ix_evaluation_results_db_id ON evaluation_results (db_id);
CREATE INDEX ix_evaluation_results_started_at ON evaluation_results (started_at);
CREATE INDEX ix_evaluation_results_status ON evaluation_results (status);
CREATE UNIQUE INDEX ix_evaluation_results_task_id ON evaluation_results (task_id);
CREATE TABLE message_feedbacks (id SERIAL NOT NULL, message_id INTEGER NOT NULL, user_id VARCHAR(64) NOT NULL, rating VARCHAR(10) NOT NULL, reason
  TEXT, created_at TIMESTAMP WITHOUT TIME ZONE, PRIMARY KEY (id), FOREIGN KEY(message_id) REFERENCES messages (id));
CREATE INDEX ix_message_feedbacks_message_id ON message_feedbacks (message_id);
CREATE INDEX ix_message_feedbacks_user_id ON message_feedbacks (user_id);
CREATE TABLE operation_logs (id SERIAL NOT NULL, user_id INTEGER NOT NULL, operation VARCHAR NOT NULL, details TEXT, ip_address VARCHAR, timestamp
  TIMESTAMP WITHOUT TIME ZONE, PRIMARY KEY (id), FOREIGN KEY(user_id) REFERENCES users (id));
CREATE TABLE tool_calls (id SERIAL NOT NULL, message_id INTEGER NOT NULL, langgraph_tool_call_id VARCHAR(100), tool_name VARCHAR(100) NOT NULL,
  tool_input JSON, tool_output TEXT, status VARCHAR(20), error_message TEXT, created_at TIMESTAMP WITHOUT TIME ZONE, PRIMARY KEY (id), FOREIGN
  KEY(message_id) REFERENCES messages (id));
CREATE INDEX ix_tool_calls_langgraph_tool_call_id ON tool_calls (langgraph_tool_call_id);
CREATE INDEX ix_tool_calls_message_id ON tool_calls (message_id);
CREATE TABLE evaluation_result_details (id SERIAL NOT NULL, task_id VARCHAR(64) NOT NULL, query_index INTEGER NOT NULL, query_text TEXT NOT NULL,
  gold_chunk_ids JSONB, gold_answer TEXT, generated_answer TEXT, retrieved_chunks JSONB, metrics JSONB, PRIMARY KEY (id), CONSTRAINT
  uq_evaluation_result_details_task_query UNIQUE (task_id, query_index), FOREIGN KEY(task_id) REFERENCES evaluation_results (task_id) ON DELETE
  CASCADE);
CREATE INDEX ix_evaluation_result_details_task_id ON evaluation_result_details (task_id);
insert into departments (name, description, created_at) select 'D' || n, null, timestamp '2026-01-15 08:00' from generate_series(1, 3) n;
insert into users (username, user_id, phone_number, password_hash, role, department_id, created_at, last_login, login_failed_count, is_deleted, deleted_at)
  select case when n % 13 = 0 then 'gone-' || n else 'Name ' || n end, 'login' || n, case when n % 4 = 0 and n % 13 > 0 then '1380000' || n end, 'h',
  case when n = 1 then 'superadmin' when n % 9 = 0 then 'admin' else 'user' end, 1 + n % 3, timestamp '2026-03-18 06:30' - n * interval '26 hours',
  case when n % 5 > 0 then timestamp '2026-03-19 09:00' - n * interval '1 hour' end, case when n % 7 = 0 then 2 else 0 end, case when n % 13 = 0 then 1 else 0 end,
  case when n % 13 = 0 then timestamp '2026-03-19 12:00' end from generate_series(1, 34) n;
insert into agent_configs (department_id, agent_id, name, pics, examples, config_json, is_default, created_by, created_at, updated_at)
  select n, 'ChatbotAgent', 'Default', '[]', '[]', '{}', true, '1', timestamp '2026-01-16 08:00', timestamp '2026-01-16 08:00' from generate_series(1, 3) n;
insert into conversations (thread_id, user_id, agent_id, title, status, is_pinned, created_at, updated_at, extra_metadata)
  select md5('thread' || n)::uuid::text, (1 + (n * 7) % 34)::text, case when n % 4 = 0 then 'DeepResearchAgent' else 'ChatbotAgent' end, case when n % 10 > 0 then 'Title ' || n end,
  case when n % 9 = 0 then 'deleted' else 'active' end, n % 15 = 0, timestamp '2026-03-20 07:40' - n * interval '10 hours 20 minutes',
  timestamp '2026-03-20 08:00' - n * interval '10 hours', case when n % 3 = 0 then '{"attachments": []}'::json end from generate_series(1, 84) n;
insert into messages (conversation_id, role, content, message_type, created_at, token_count, extra_metadata, image_content)
  select 1 + (n - 1) % 84, case when (n - 1) / 84 % 2 = 0 then 'user' else 'assistant' end, 'Text ' || n,
  case when (n - 1) / 84 % 2 = 0 and n % 17 = 0 then 'multimodal_image' else 'text' end,
  timestamp '2026-03-20 07:41' - (1 + (n - 1) % 84) * interval '10 hours 20 minutes' + (n - 1) / 84 * interval '70 seconds', null,
  case when (n - 1) / 84 % 2 = 0 then '{"raw_message": {"type": "human"}}'::json else '{"type": "ai", "id": "lc_run"}'::json end,
  case when (n - 1) / 84 % 2 = 0 and n % 17 = 0 then 'aGVsbG8=' end from generate_series(1, 470) n;
insert into tool_calls (message_id, langgraph_tool_call_id, tool_name, tool_input, tool_output, status, created_at)
  select m.id, 'call_' || m.id, 'query_knowledge', '{"query": "q"}', 'result', (array['success', 'success', 'pending', 'error'])[1 + m.id % 4], m.created_at
  from messages m where m.role = 'assistant' and m.id % 3 = 0;
insert into conversation_stats (conversation_id, message_count, total_tokens, model_used, created_at, updated_at)
  select c.id, (select count(*) from messages m where m.conversation_id = c.id), 900 + c.id, 'siliconflow/deepseek', c.created_at, c.updated_at from conversations c;
insert into message_feedbacks (message_id, user_id, rating, reason, created_at)
  select m.id, c.user_id, case when m.id % 3 = 0 then 'dislike' else 'like' end, case when m.id % 3 = 0 and m.id % 2 = 0 then 'Reason ' || m.id end, m.created_at + interval '40 seconds'
  from messages m join conversations c on c.id = m.conversation_id where m.role = 'assistant' and m.id % 5 in (1, 3);
insert into knowledge_bases (db_id, name, description, kb_type, share_config, created_at, updated_at)
  select 'kb_' || md5('kb' || n), 'Base ' || n, 'Text', (array['milvus', 'lightrag'])[1 + n % 2], '{"is_shared": true}', timestamptz '2026-02-01 09:00+00', timestamptz '2026-02-01 09:00+00' from generate_series(1, 3) n;
insert into knowledge_files (file_id, db_id, filename, original_filename, file_type, path, status, is_folder, created_by, created_at, updated_at)
  select 'folder-' || n, 'kb_' || md5('kb' || n), 'Folder ' || n, null, 'folder', 'Folder ' || n, 'done', true, null, timestamptz '2026-02-03 09:00+00', timestamptz '2026-02-03 09:00+00' from generate_series(1, 3) n;
insert into knowledge_files (file_id, db_id, parent_id, filename, original_filename, file_type, path, markdown_file, status, content_hash, file_size, content_type, processing_params, is_folder,
  error_message, created_by, updated_by, created_at, updated_at)
  select 'file_' || substr(md5('f' || n), 1, 6), 'kb_' || md5('kb' || (1 + n % 3)), case when n % 4 = 0 then 'folder-' || (1 + n % 3) end, 'report ' || n || e.x, 'report ' || n || e.x, substr(e.x, 2),
  'minio/report' || n || e.x, case when s.x in ('parsed', 'indexing', 'indexed') then 'md' end, s.x, md5('h' || n), 2000 + n * 37, 'file', '{"chunk_size": 1000}', false,
  case when s.x like 'error%' then 'Cannot read file ' || n end, 'login' || (1 + n % 9), 'login' || (1 + n % 9), timestamptz '2026-03-18 10:00+00' - n * interval '17 hours',
  timestamptz '2026-03-18 10:05+00' - n * interval '17 hours' from generate_series(1, 42) n,
  lateral (select (array['.pdf', '.docx', '.md', '.txt'])[1 + n % 4] x) e,
  lateral (select (array['indexed', 'indexed', 'indexed', 'parsed', 'error_parsing', 'uploaded', 'indexed', 'indexing', 'error_indexing', 'parsing'])[1 + n % 10] x) s;
insert into operation_logs (user_id, operation, details, ip_address, timestamp) select 1 + n % 34, 'login', null, '10.0.0.' || n, timestamp '2026-03-19 12:00' - n * interval '7 hours' from generate_series(1, 60) n;
insert into tasks (id, name, type, status, progress, message, payload, cancel_requested, created_at, updated_at) select md5('t' || n), 'Ingest', 'knowledge_ingest',
  (array['success', 'failed', 'running'])[1 + n % 3], 100, '', '{}', 0, timestamp '2026-03-18 10:00' - n * interval '17 hours', timestamp '2026-03-18 10:00' from generate_series(1, 20) n;
insert into agent_runs (id, thread_id, agent_id, user_id, status, request_id, input_payload, started_at, finished_at, created_at, updated_at)
  select md5('r' || n)::uuid::text, c.thread_id, c.agent_id, c.user_id, case when n % 8 = 0 then 'failed' else 'completed' end, md5('q' || n)::uuid::text, '{"query": "q"}', c.created_at, c.created_at + interval '1 minute',
  c.created_at, c.created_at from generate_series(1, 84) n join conversations c on c.id = n where n % 2 = 0;
insert into api_keys (key_hash, key_prefix, name, user_id, is_enabled, created_by, created_at) select md5('k' || n), 'yxkey_' || n, 'Key', n, true, 'login' || n, timestamp '2026-03-01 08:00' from generate_series(1, 4) n;
