-- An invented database with the tables and types of a public schema of a public administration's AI platform (Eneo); its adapter, written by hand before the first run, is in the folder.
create domain vector as real[];
create type crawltype as enum ('CRAWL', 'SITEMAP');
create type auth_type as enum ('user_oauth', 'tenant_app');
CREATE TABLE filters (type VARCHAR NOT NULL, chain_breaker_message VARCHAR NOT NULL, id UUID DEFAULT gen_random_uuid() NOT NULL, created_at TIMESTAMP
  WITH TIME ZONE DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id));
CREATE TABLE global_feature_flags (name VARCHAR NOT NULL, description VARCHAR, enabled BOOLEAN NOT NULL, id UUID DEFAULT gen_random_uuid() NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id), UNIQUE
  (name));
CREATE TABLE integrations (name TEXT NOT NULL, description TEXT NOT NULL, integration_type TEXT DEFAULT 'default_type' NOT NULL, id UUID DEFAULT
  gen_random_uuid() NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  PRIMARY KEY (id));
CREATE INDEX ix_integrations_integration_type ON integrations (integration_type);
CREATE UNIQUE INDEX ix_integrations_name ON integrations (name);
CREATE TABLE logging (id UUID DEFAULT gen_random_uuid() NOT NULL, context VARCHAR, model_kwargs JSONB, json_body JSONB, PRIMARY KEY (id));
CREATE TABLE modules (name VARCHAR NOT NULL, id UUID DEFAULT gen_random_uuid() NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id), UNIQUE (name));
CREATE TABLE predefined_roles (name VARCHAR NOT NULL, permissions VARCHAR[] NOT NULL, id UUID DEFAULT gen_random_uuid() NOT NULL, created_at TIMESTAMP
  WITH TIME ZONE DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id), UNIQUE (name));
CREATE TABLE tenants (name VARCHAR NOT NULL, display_name VARCHAR, slug VARCHAR(63), quota_limit BIGINT NOT NULL, privacy_policy VARCHAR, domain
  VARCHAR, zitadel_org_id VARCHAR, provisioning BOOLEAN NOT NULL, security_enabled BOOLEAN NOT NULL, state VARCHAR NOT NULL, api_credentials JSONB
  DEFAULT '{}' NOT NULL, federation_config JSONB DEFAULT '{}' NOT NULL, crawler_settings JSONB DEFAULT '{}' NOT NULL, id UUID DEFAULT
  gen_random_uuid() NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  PRIMARY KEY (id), UNIQUE (name));
CREATE UNIQUE INDEX ix_tenants_slug ON tenants (slug);
CREATE INDEX ix_tenants_zitadel_org_id ON tenants (zitadel_org_id);
CREATE TABLE allowed_origins (url VARCHAR NOT NULL, tenant_id UUID NOT NULL, id UUID DEFAULT gen_random_uuid() NOT NULL, created_at TIMESTAMP WITH
  TIME ZONE DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id), FOREIGN KEY(tenant_id) REFERENCES
  tenants (id) ON DELETE CASCADE);
CREATE UNIQUE INDEX ix_allowed_origins_url ON allowed_origins (url);
CREATE TABLE audit_action_config (tenant_id UUID NOT NULL, action VARCHAR(100) NOT NULL, enabled BOOLEAN DEFAULT 'TRUE' NOT NULL, id UUID DEFAULT
  gen_random_uuid() NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  PRIMARY KEY (tenant_id, action, id), FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE);
CREATE TABLE audit_category_config (tenant_id UUID NOT NULL, category VARCHAR(50) NOT NULL, enabled BOOLEAN DEFAULT 'TRUE' NOT NULL, action_overrides
  JSONB DEFAULT '{}'::jsonb NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now()
  NOT NULL, id UUID DEFAULT gen_random_uuid() NOT NULL, PRIMARY KEY (tenant_id, category, id), CONSTRAINT ck_audit_category_config_category_valid
  CHECK (category IN ('admin_actions', 'user_actions', 'security_events', 'file_operations', 'integration_events', 'system_actions', 'audit_access')),
  FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE);
CREATE INDEX idx_audit_category_config_lookup ON audit_category_config (tenant_id, category);
CREATE TABLE audit_retention_policies (tenant_id UUID NOT NULL, retention_days INTEGER NOT NULL, conversation_retention_enabled BOOLEAN NOT NULL,
  conversation_retention_days INTEGER, last_purge_at TIMESTAMP WITH TIME ZONE, purge_count INTEGER NOT NULL, created_at TIMESTAMP WITH TIME ZONE
  DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (tenant_id), FOREIGN KEY(tenant_id) REFERENCES
  tenants (id) ON DELETE CASCADE);
CREATE TABLE icons (blob BYTEA NOT NULL, mimetype VARCHAR NOT NULL, size INTEGER NOT NULL, tenant_id UUID NOT NULL, id UUID DEFAULT gen_random_uuid()
  NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id),
  FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE);
CREATE TABLE mcp_servers (tenant_id UUID NOT NULL, name VARCHAR NOT NULL, description TEXT, http_url VARCHAR NOT NULL, http_auth_type VARCHAR DEFAULT
  'none' NOT NULL, http_auth_config_schema JSONB, is_enabled BOOLEAN DEFAULT 'True' NOT NULL, env_vars JSONB, tags JSONB, icon_url VARCHAR,
  documentation_url VARCHAR, id UUID DEFAULT gen_random_uuid() NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, updated_at
  TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id), CONSTRAINT uq_mcp_servers_tenant_name UNIQUE (tenant_id, name), FOREIGN
  KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE);
CREATE TABLE model_providers (tenant_id UUID NOT NULL, name VARCHAR NOT NULL, provider_type VARCHAR NOT NULL, credentials JSONB NOT NULL, config JSONB
  DEFAULT '{}' NOT NULL, is_active BOOLEAN DEFAULT 'true' NOT NULL, id UUID DEFAULT gen_random_uuid() NOT NULL, created_at TIMESTAMP WITH TIME ZONE
  DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id), CONSTRAINT uq_model_providers_tenant_name
  UNIQUE (tenant_id, name), FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE);
CREATE INDEX ix_model_providers_tenant_id ON model_providers (tenant_id);
CREATE TABLE roles (name VARCHAR NOT NULL, permissions VARCHAR[] NOT NULL, tenant_id UUID NOT NULL, id UUID DEFAULT gen_random_uuid() NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id), CONSTRAINT
  roles_name_tenant_unique UNIQUE (name, tenant_id), FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE);
CREATE TABLE security_classifications (name VARCHAR NOT NULL, description VARCHAR, security_level INTEGER NOT NULL, tenant_id UUID NOT NULL, id UUID
  DEFAULT gen_random_uuid() NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now()
  NOT NULL, PRIMARY KEY (id), FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE);
CREATE TABLE tenant_feature_flags (name VARCHAR NOT NULL, feature_id UUID NOT NULL, tenant_id UUID NOT NULL, enabled BOOLEAN NOT NULL, created_at
  TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (feature_id, tenant_id),
  FOREIGN KEY(feature_id) REFERENCES global_feature_flags (id), FOREIGN KEY(tenant_id) REFERENCES tenants (id));
CREATE TABLE tenant_integrations (tenant_id UUID NOT NULL, integration_id UUID NOT NULL, id UUID DEFAULT gen_random_uuid() NOT NULL, created_at
  TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id), CONSTRAINT
  tenant_integration_tenant_id_integration_id_unique UNIQUE (tenant_id, integration_id), FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE
  CASCADE, FOREIGN KEY(integration_id) REFERENCES integrations (id) ON DELETE CASCADE);
CREATE TABLE tenants_modules (tenant_id UUID NOT NULL, module_id UUID NOT NULL, PRIMARY KEY (tenant_id, module_id), FOREIGN KEY(tenant_id) REFERENCES
  tenants (id) ON DELETE CASCADE, FOREIGN KEY(module_id) REFERENCES modules (id) ON DELETE CASCADE);
CREATE TABLE user_groups (name VARCHAR NOT NULL, tenant_id UUID NOT NULL, id UUID DEFAULT gen_random_uuid() NOT NULL, created_at TIMESTAMP WITH TIME
  ZONE DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id), CONSTRAINT user_groups_name_tenant_unique
  UNIQUE (name, tenant_id), FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE);
CREATE TABLE users (username VARCHAR, email VARCHAR NOT NULL, email_verified BOOLEAN DEFAULT 'False' NOT NULL, salt VARCHAR, password VARCHAR,
  is_active BOOLEAN DEFAULT 'True' NOT NULL, state VARCHAR NOT NULL, used_tokens INTEGER NOT NULL, tenant_id UUID NOT NULL, quota_limit BIGINT,
  deleted_at TIMESTAMP WITH TIME ZONE, id UUID DEFAULT gen_random_uuid() NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id), FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE);
CREATE UNIQUE INDEX idx_unique_active_user_email ON users (email) WHERE deleted_at IS NULL;
CREATE INDEX ix_users_email ON users (email);
CREATE TABLE audit_logs (tenant_id UUID NOT NULL, actor_id UUID, actor_type VARCHAR(50) NOT NULL, action VARCHAR(100) NOT NULL, entity_type
  VARCHAR(50) NOT NULL, entity_id UUID NOT NULL, timestamp TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, ip_address INET, user_agent TEXT,
  request_id UUID, description TEXT NOT NULL, metadata JSONB DEFAULT '{}' NOT NULL, outcome VARCHAR(20) NOT NULL, error_message TEXT, deleted_at
  TIMESTAMP WITH TIME ZONE, id UUID DEFAULT gen_random_uuid() NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, updated_at
  TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id), FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE, FOREIGN
  KEY(actor_id) REFERENCES users (id) ON DELETE SET NULL);
CREATE INDEX idx_audit_action ON audit_logs (tenant_id, action, timestamp);
CREATE INDEX idx_audit_active ON audit_logs (tenant_id, timestamp) WHERE deleted_at IS NULL;
CREATE INDEX idx_audit_actor ON audit_logs (tenant_id, actor_id, timestamp);
CREATE INDEX idx_audit_entity ON audit_logs (tenant_id, entity_type, entity_id);
CREATE INDEX idx_audit_tenant_timestamp ON audit_logs (tenant_id, timestamp);
CREATE INDEX ix_audit_logs_tenant_id ON audit_logs (tenant_id);
CREATE TABLE completion_models (name VARCHAR NOT NULL, nickname VARCHAR NOT NULL, open_source BOOLEAN, token_limit INTEGER NOT NULL, is_deprecated
  BOOLEAN DEFAULT 'False' NOT NULL, nr_billion_parameters INTEGER, hf_link VARCHAR, family VARCHAR NOT NULL, stability VARCHAR NOT NULL, hosting
  VARCHAR NOT NULL, description VARCHAR, deployment_name VARCHAR, org VARCHAR, vision BOOLEAN DEFAULT 'False' NOT NULL, reasoning BOOLEAN DEFAULT
  'False' NOT NULL, supports_tool_calling BOOLEAN DEFAULT 'False' NOT NULL, base_url VARCHAR, litellm_model_name VARCHAR, tenant_id UUID, provider_id
  UUID, is_enabled BOOLEAN DEFAULT 'True' NOT NULL, is_default BOOLEAN DEFAULT 'False' NOT NULL, security_classification_id UUID, id UUID DEFAULT
  gen_random_uuid() NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  PRIMARY KEY (id), CONSTRAINT ck_completion_models_tenant_provider CHECK ((tenant_id IS NULL AND provider_id IS NULL) OR (tenant_id IS NOT NULL AND
  provider_id IS NOT NULL)), FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE, FOREIGN KEY(provider_id) REFERENCES model_providers
  (id) ON DELETE CASCADE, FOREIGN KEY(security_classification_id) REFERENCES security_classifications (id) ON DELETE SET NULL);
CREATE INDEX ix_completion_models_provider_id ON completion_models (provider_id);
CREATE INDEX ix_completion_models_tenant_id ON completion_models (tenant_id);
CREATE TABLE embedding_models (name VARCHAR NOT NULL, open_source BOOLEAN NOT NULL, dimensions INTEGER, max_input INTEGER, max_batch_size INTEGER,
  is_deprecated BOOLEAN DEFAULT 'False' NOT NULL, hf_link VARCHAR, family VARCHAR NOT NULL, stability VARCHAR NOT NULL, hosting VARCHAR NOT NULL,
  description VARCHAR, org VARCHAR, litellm_model_name VARCHAR, tenant_id UUID, provider_id UUID, is_enabled BOOLEAN DEFAULT 'True' NOT NULL,
  is_default BOOLEAN DEFAULT 'False' NOT NULL, security_classification_id UUID, id UUID DEFAULT gen_random_uuid() NOT NULL, created_at TIMESTAMP WITH
  TIME ZONE DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id), CONSTRAINT
  ck_embedding_models_tenant_provider CHECK ((tenant_id IS NULL AND provider_id IS NULL) OR (tenant_id IS NOT NULL AND provider_id IS NOT NULL)),
  FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE, FOREIGN KEY(provider_id) REFERENCES model_providers (id) ON DELETE CASCADE,
  FOREIGN KEY(security_classification_id) REFERENCES security_classifications (id) ON DELETE SET NULL);
CREATE INDEX ix_embedding_models_provider_id ON embedding_models (provider_id);
CREATE INDEX ix_embedding_models_tenant_id ON embedding_models (tenant_id);
CREATE TABLE files (name VARCHAR NOT NULL, text TEXT, blob BYTEA, checksum VARCHAR NOT NULL, size INTEGER NOT NULL, mimetype VARCHAR, file_type
  VARCHAR DEFAULT 'text' NOT NULL, transcription VARCHAR, user_id UUID NOT NULL, tenant_id UUID NOT NULL, id UUID DEFAULT gen_random_uuid() NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id), FOREIGN
  KEY(user_id) REFERENCES users (id) ON DELETE CASCADE, FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE);
CREATE INDEX ix_files_checksum ON files (checksum);
CREATE TABLE jobs (user_id UUID NOT NULL, task VARCHAR NOT NULL, status VARCHAR NOT NULL, result_location VARCHAR, name VARCHAR, finished_at TIMESTAMP
  WITH TIME ZONE, id UUID DEFAULT gen_random_uuid() NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH
  TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id), FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE);
CREATE TABLE mcp_server_settings (tenant_id UUID NOT NULL, mcp_server_id UUID NOT NULL, is_org_enabled BOOLEAN DEFAULT 'True' NOT NULL, env_vars
  JSONB, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY
  (tenant_id, mcp_server_id), FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE, FOREIGN KEY(mcp_server_id) REFERENCES mcp_servers (id)
  ON DELETE CASCADE);
CREATE TABLE mcp_server_tools (mcp_server_id UUID NOT NULL, name VARCHAR NOT NULL, description TEXT, input_schema JSONB, is_enabled_by_default BOOLEAN
  DEFAULT 'True' NOT NULL, id UUID DEFAULT gen_random_uuid() NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, updated_at
  TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id), CONSTRAINT uq_mcp_server_tools_server_name UNIQUE (mcp_server_id, name), FOREIGN
  KEY(mcp_server_id) REFERENCES mcp_servers (id) ON DELETE CASCADE);
CREATE TABLE prompts (text VARCHAR NOT NULL, description VARCHAR, user_id UUID NOT NULL, tenant_id UUID NOT NULL, id UUID DEFAULT gen_random_uuid()
  NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id),
  FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE, FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE);
CREATE TABLE settings (user_id UUID, chatbot_widget JSONB, id UUID DEFAULT gen_random_uuid() NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT
  now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id), FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE
  CASCADE);
CREATE TABLE spaces (name VARCHAR NOT NULL, description VARCHAR, data_retention_days INTEGER, tenant_id UUID NOT NULL, user_id UUID,
  security_classification_id UUID, icon_id UUID, tenant_space_id UUID, id UUID DEFAULT gen_random_uuid() NOT NULL, created_at TIMESTAMP WITH TIME ZONE
  DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id), FOREIGN KEY(tenant_id) REFERENCES tenants (id)
  ON DELETE CASCADE, UNIQUE (user_id), FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE, FOREIGN KEY(security_classification_id)
  REFERENCES security_classifications (id) ON DELETE SET NULL, FOREIGN KEY(icon_id) REFERENCES icons (id) ON DELETE SET NULL, FOREIGN
  KEY(tenant_space_id) REFERENCES spaces (id) ON DELETE SET NULL);
CREATE INDEX ix_spaces_tenant_space_id ON spaces (tenant_space_id);
CREATE TABLE tenant_sharepoint_apps (tenant_id UUID NOT NULL, client_id VARCHAR(255) NOT NULL, client_secret_encrypted TEXT NOT NULL, certificate_path
  TEXT, tenant_domain VARCHAR(255) NOT NULL, is_active BOOLEAN NOT NULL, auth_method VARCHAR(50) DEFAULT 'tenant_app' NOT NULL,
  service_account_refresh_token_encrypted TEXT, service_account_email VARCHAR(255), created_by UUID, created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL, id UUID DEFAULT gen_random_uuid() NOT NULL, PRIMARY KEY (id), FOREIGN KEY(tenant_id) REFERENCES
  tenants (id) ON DELETE CASCADE, FOREIGN KEY(created_by) REFERENCES users (id) ON DELETE SET NULL);
CREATE UNIQUE INDEX ix_tenant_sharepoint_apps_tenant_id ON tenant_sharepoint_apps (tenant_id);
CREATE TABLE transcription_models (name VARCHAR NOT NULL, model_name VARCHAR NOT NULL, open_source BOOLEAN, is_deprecated BOOLEAN DEFAULT 'False' NOT
  NULL, hf_link VARCHAR, family VARCHAR NOT NULL, stability VARCHAR NOT NULL, hosting VARCHAR NOT NULL, description VARCHAR, org VARCHAR, base_url
  VARCHAR NOT NULL, tenant_id UUID, provider_id UUID, is_enabled BOOLEAN DEFAULT 'True' NOT NULL, is_default BOOLEAN DEFAULT 'False' NOT NULL,
  security_classification_id UUID, id UUID DEFAULT gen_random_uuid() NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, updated_at
  TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id), CONSTRAINT ck_transcription_models_tenant_provider CHECK ((tenant_id IS NULL AND
  provider_id IS NULL) OR (tenant_id IS NOT NULL AND provider_id IS NOT NULL)), FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE,
  FOREIGN KEY(provider_id) REFERENCES model_providers (id) ON DELETE CASCADE, FOREIGN KEY(security_classification_id) REFERENCES
  security_classifications (id) ON DELETE SET NULL);
CREATE INDEX ix_transcription_models_provider_id ON transcription_models (provider_id);
CREATE INDEX ix_transcription_models_tenant_id ON transcription_models (tenant_id);
CREATE TABLE usergroups_users (user_id UUID NOT NULL, user_group_id UUID NOT NULL, PRIMARY KEY (user_id, user_group_id), FOREIGN KEY(user_id)
  REFERENCES users (id) ON DELETE CASCADE, FOREIGN KEY(user_group_id) REFERENCES user_groups (id) ON DELETE CASCADE);
CREATE TABLE users_predefined_roles (user_id UUID NOT NULL, predefined_role_id UUID NOT NULL, PRIMARY KEY (user_id, predefined_role_id), FOREIGN
  KEY(user_id) REFERENCES users (id) ON DELETE CASCADE, FOREIGN KEY(predefined_role_id) REFERENCES predefined_roles (id) ON DELETE CASCADE);
CREATE TABLE users_roles (user_id UUID NOT NULL, role_id UUID NOT NULL, PRIMARY KEY (user_id, role_id), FOREIGN KEY(user_id) REFERENCES users (id) ON
  DELETE CASCADE, FOREIGN KEY(role_id) REFERENCES roles (id) ON DELETE CASCADE);
CREATE TABLE workflows (name VARCHAR NOT NULL, user_id UUID NOT NULL, id UUID DEFAULT gen_random_uuid() NOT NULL, created_at TIMESTAMP WITH TIME ZONE
  DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id), FOREIGN KEY(user_id) REFERENCES users (id) ON
  DELETE CASCADE);
CREATE TABLE app_templates (name VARCHAR NOT NULL, description VARCHAR, category VARCHAR NOT NULL, prompt_text VARCHAR, input_description VARCHAR,
  input_type VARCHAR NOT NULL, completion_model_kwargs JSONB, wizard JSONB, organization TEXT DEFAULT 'default' NOT NULL, completion_model_id UUID,
  tenant_id UUID, deleted_at TIMESTAMP WITH TIME ZONE, original_snapshot JSONB, deleted_by_user_id UUID, restored_by_user_id UUID, restored_at
  TIMESTAMP WITH TIME ZONE, is_default BOOLEAN NOT NULL, icon_name VARCHAR, id UUID DEFAULT gen_random_uuid() NOT NULL, created_at TIMESTAMP WITH TIME
  ZONE DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id), FOREIGN KEY(completion_model_id)
  REFERENCES completion_models (id), FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE, FOREIGN KEY(deleted_by_user_id) REFERENCES
  users (id) ON DELETE SET NULL, FOREIGN KEY(restored_by_user_id) REFERENCES users (id) ON DELETE SET NULL);
CREATE INDEX ix_app_templates_deleted_at ON app_templates (deleted_at);
CREATE INDEX ix_app_templates_deleted_by_user_id ON app_templates (deleted_by_user_id);
CREATE INDEX ix_app_templates_icon_name ON app_templates (icon_name);
CREATE INDEX ix_app_templates_is_default ON app_templates (is_default);
CREATE INDEX ix_app_templates_restored_by_user_id ON app_templates (restored_by_user_id);
CREATE INDEX ix_app_templates_tenant_id ON app_templates (tenant_id);
CREATE TABLE assistant_templates (name VARCHAR NOT NULL, description VARCHAR NOT NULL, category VARCHAR NOT NULL, prompt_text VARCHAR,
  completion_model_kwargs JSONB, wizard JSONB, organization TEXT DEFAULT 'default' NOT NULL, completion_model_id UUID, tenant_id UUID, deleted_at
  TIMESTAMP WITH TIME ZONE, original_snapshot JSONB, deleted_by_user_id UUID, restored_by_user_id UUID, restored_at TIMESTAMP WITH TIME ZONE,
  is_default BOOLEAN NOT NULL, icon_name VARCHAR, id UUID DEFAULT gen_random_uuid() NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT
  NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id), FOREIGN KEY(completion_model_id) REFERENCES completion_models
  (id), FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE, FOREIGN KEY(deleted_by_user_id) REFERENCES users (id) ON DELETE SET NULL,
  FOREIGN KEY(restored_by_user_id) REFERENCES users (id) ON DELETE SET NULL);
CREATE INDEX ix_assistant_templates_deleted_at ON assistant_templates (deleted_at);
CREATE INDEX ix_assistant_templates_deleted_by_user_id ON assistant_templates (deleted_by_user_id);
CREATE INDEX ix_assistant_templates_icon_name ON assistant_templates (icon_name);
CREATE INDEX ix_assistant_templates_is_default ON assistant_templates (is_default);
CREATE INDEX ix_assistant_templates_restored_by_user_id ON assistant_templates (restored_by_user_id);
CREATE INDEX ix_assistant_templates_tenant_id ON assistant_templates (tenant_id);
CREATE TABLE completion_model_migration_history (migration_id UUID NOT NULL, tenant_id UUID NOT NULL, from_model_id UUID NOT NULL, to_model_id UUID
  NOT NULL, initiated_by UUID NOT NULL, status VARCHAR(50) NOT NULL, entity_types JSON, affected_count INTEGER NOT NULL, migrated_count INTEGER NOT
  NULL, failed_count INTEGER NOT NULL, duration_seconds FLOAT, error_message TEXT, warnings JSON, migration_details JSON, started_at TIMESTAMP WITH
  TIME ZONE, completed_at TIMESTAMP WITH TIME ZONE, id UUID DEFAULT gen_random_uuid() NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT
  NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id), FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE
  CASCADE, FOREIGN KEY(from_model_id) REFERENCES completion_models (id) ON DELETE CASCADE, FOREIGN KEY(to_model_id) REFERENCES completion_models (id)
  ON DELETE CASCADE, FOREIGN KEY(initiated_by) REFERENCES users (id) ON DELETE CASCADE);
CREATE INDEX ix_completion_model_migration_history_from_model_id ON completion_model_migration_history (from_model_id);
CREATE UNIQUE INDEX ix_completion_model_migration_history_migration_id ON completion_model_migration_history (migration_id);
CREATE INDEX ix_completion_model_migration_history_status ON completion_model_migration_history (status);
CREATE INDEX ix_completion_model_migration_history_tenant_id ON completion_model_migration_history (tenant_id);
CREATE INDEX ix_completion_model_migration_history_to_model_id ON completion_model_migration_history (to_model_id);
CREATE TABLE completion_model_usage_stats (model_id UUID NOT NULL, tenant_id UUID NOT NULL, assistants_count INTEGER NOT NULL, apps_count INTEGER NOT
  NULL, services_count INTEGER NOT NULL, questions_count INTEGER NOT NULL, assistant_templates_count INTEGER NOT NULL, app_templates_count INTEGER NOT
  NULL, spaces_count INTEGER NOT NULL, total_usage INTEGER NOT NULL, last_updated TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, id UUID DEFAULT
  gen_random_uuid() NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  PRIMARY KEY (id), CONSTRAINT uq_model_tenant_stats UNIQUE (model_id, tenant_id), FOREIGN KEY(model_id) REFERENCES completion_models (id) ON DELETE
  CASCADE, FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE);
CREATE INDEX idx_usage_stats_model_tenant ON completion_model_usage_stats (model_id, tenant_id);
CREATE INDEX idx_usage_stats_total_usage ON completion_model_usage_stats (total_usage);
CREATE INDEX idx_usage_stats_updated ON completion_model_usage_stats (last_updated);
CREATE INDEX ix_completion_model_usage_stats_model_id ON completion_model_usage_stats (model_id);
CREATE INDEX ix_completion_model_usage_stats_tenant_id ON completion_model_usage_stats (tenant_id);
CREATE TABLE group_chats (name VARCHAR NOT NULL, allow_mentions BOOLEAN NOT NULL, show_response_label BOOLEAN NOT NULL, published BOOLEAN NOT NULL,
  insight_enabled BOOLEAN NOT NULL, metadata_json JSONB, type VARCHAR NOT NULL, space_id UUID NOT NULL, user_id UUID NOT NULL, id UUID DEFAULT
  gen_random_uuid() NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  PRIMARY KEY (id), FOREIGN KEY(space_id) REFERENCES spaces (id) ON DELETE CASCADE, FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE);
CREATE TABLE groups (name VARCHAR NOT NULL, size BIGINT NOT NULL, user_id UUID NOT NULL, tenant_id UUID NOT NULL, embedding_model_id UUID, space_id
  UUID, id UUID DEFAULT gen_random_uuid() NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE
  DEFAULT now() NOT NULL, PRIMARY KEY (id), FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE, FOREIGN KEY(tenant_id) REFERENCES tenants
  (id) ON DELETE CASCADE, FOREIGN KEY(embedding_model_id) REFERENCES embedding_models (id) ON DELETE SET NULL, FOREIGN KEY(space_id) REFERENCES spaces
  (id) ON DELETE CASCADE);
CREATE TABLE mcp_server_tool_settings (tenant_id UUID NOT NULL, mcp_server_tool_id UUID NOT NULL, is_enabled BOOLEAN DEFAULT 'True' NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (tenant_id,
  mcp_server_tool_id), FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE, FOREIGN KEY(mcp_server_tool_id) REFERENCES mcp_server_tools
  (id) ON DELETE CASCADE);
CREATE TABLE services (name VARCHAR NOT NULL, prompt VARCHAR NOT NULL, output_format VARCHAR, json_schema JSONB, completion_model_kwargs JSONB,
  user_id UUID NOT NULL, completion_model_id UUID, space_id UUID, id UUID DEFAULT gen_random_uuid() NOT NULL, created_at TIMESTAMP WITH TIME ZONE
  DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id), FOREIGN KEY(user_id) REFERENCES users (id) ON
  DELETE CASCADE, FOREIGN KEY(completion_model_id) REFERENCES completion_models (id) ON DELETE SET NULL, FOREIGN KEY(space_id) REFERENCES spaces (id)
  ON DELETE CASCADE);
CREATE TABLE spaces_completion_models (space_id UUID NOT NULL, completion_model_id UUID NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now()
  NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (space_id, completion_model_id), FOREIGN KEY(space_id) REFERENCES
  spaces (id) ON DELETE CASCADE, FOREIGN KEY(completion_model_id) REFERENCES completion_models (id) ON DELETE CASCADE);
CREATE TABLE spaces_embedding_models (space_id UUID NOT NULL, embedding_model_id UUID NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT
  NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (space_id, embedding_model_id), FOREIGN KEY(space_id) REFERENCES
  spaces (id) ON DELETE CASCADE, FOREIGN KEY(embedding_model_id) REFERENCES embedding_models (id) ON DELETE CASCADE);
CREATE TABLE spaces_mcp_server_tools (space_id UUID NOT NULL, mcp_server_tool_id UUID NOT NULL, is_enabled BOOLEAN DEFAULT 'True' NOT NULL, created_at
  TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (space_id,
  mcp_server_tool_id), FOREIGN KEY(space_id) REFERENCES spaces (id) ON DELETE CASCADE, FOREIGN KEY(mcp_server_tool_id) REFERENCES mcp_server_tools
  (id) ON DELETE CASCADE);
CREATE TABLE spaces_mcp_servers (space_id UUID NOT NULL, mcp_server_id UUID NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (space_id, mcp_server_id), FOREIGN KEY(space_id) REFERENCES spaces (id) ON
  DELETE CASCADE, FOREIGN KEY(mcp_server_id) REFERENCES mcp_servers (id) ON DELETE CASCADE);
CREATE TABLE spaces_transcription_models (space_id UUID NOT NULL, transcription_model_id UUID NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT
  now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (space_id, transcription_model_id), FOREIGN KEY(space_id)
  REFERENCES spaces (id) ON DELETE CASCADE, FOREIGN KEY(transcription_model_id) REFERENCES transcription_models (id) ON DELETE CASCADE);
CREATE TABLE spaces_user_groups (space_id UUID NOT NULL, user_group_id UUID NOT NULL, role VARCHAR NOT NULL, created_at TIMESTAMP WITH TIME ZONE
  DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (space_id, user_group_id), FOREIGN KEY(space_id)
  REFERENCES spaces (id) ON DELETE CASCADE, FOREIGN KEY(user_group_id) REFERENCES user_groups (id) ON DELETE CASCADE);
CREATE TABLE spaces_users (space_id UUID NOT NULL, user_id UUID NOT NULL, role VARCHAR NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT
  NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (space_id, user_id), FOREIGN KEY(space_id) REFERENCES spaces (id) ON
  DELETE CASCADE, FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE);
CREATE TABLE user_integrations (user_id UUID, tenant_id UUID NOT NULL, tenant_integration_id UUID NOT NULL, authenticated BOOLEAN DEFAULT 'False' NOT
  NULL, auth_type auth_type DEFAULT 'user_oauth' NOT NULL, tenant_app_id UUID, id UUID DEFAULT gen_random_uuid() NOT NULL, created_at TIMESTAMP WITH
  TIME ZONE DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id), CONSTRAINT
  user_integration_user_id_tenant_integration_id_unique UNIQUE (user_id, tenant_integration_id), FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE
  CASCADE, FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE, FOREIGN KEY(tenant_integration_id) REFERENCES tenant_integrations (id) ON
  DELETE CASCADE, FOREIGN KEY(tenant_app_id) REFERENCES tenant_sharepoint_apps (id) ON DELETE SET NULL);
CREATE INDEX ix_user_integrations_tenant_app_id ON user_integrations (tenant_app_id);
CREATE TABLE apps (name VARCHAR NOT NULL, description VARCHAR, completion_model_kwargs JSONB, published BOOLEAN NOT NULL, data_retention_days INTEGER,
  tenant_id UUID NOT NULL, user_id UUID NOT NULL, space_id UUID NOT NULL, template_id UUID, completion_model_id UUID, transcription_model_id UUID,
  icon_id UUID, id UUID DEFAULT gen_random_uuid() NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME
  ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id), FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE, FOREIGN KEY(user_id) REFERENCES
  users (id) ON DELETE SET NULL, FOREIGN KEY(space_id) REFERENCES spaces (id) ON DELETE CASCADE, FOREIGN KEY(template_id) REFERENCES app_templates
  (id) ON DELETE SET NULL, FOREIGN KEY(completion_model_id) REFERENCES completion_models (id) ON DELETE SET NULL, FOREIGN KEY(transcription_model_id)
  REFERENCES transcription_models (id) ON DELETE SET NULL, FOREIGN KEY(icon_id) REFERENCES icons (id) ON DELETE SET NULL);
CREATE TABLE assistants (name VARCHAR NOT NULL, completion_model_kwargs JSONB, guardrail_active BOOLEAN, logging_enabled BOOLEAN NOT NULL, is_default
  BOOLEAN NOT NULL, published BOOLEAN NOT NULL, description VARCHAR, insight_enabled BOOLEAN NOT NULL, data_retention_days INTEGER, metadata_json
  JSONB, type VARCHAR NOT NULL, user_id UUID NOT NULL, completion_model_id UUID, space_id UUID, template_id UUID, icon_id UUID, id UUID DEFAULT
  gen_random_uuid() NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  PRIMARY KEY (id), FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE, FOREIGN KEY(completion_model_id) REFERENCES completion_models (id),
  FOREIGN KEY(space_id) REFERENCES spaces (id) ON DELETE CASCADE, FOREIGN KEY(template_id) REFERENCES assistant_templates (id) ON DELETE SET NULL,
  FOREIGN KEY(icon_id) REFERENCES icons (id) ON DELETE SET NULL);
CREATE TABLE groups_spaces (group_id UUID NOT NULL, space_id UUID NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, updated_at
  TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (group_id, space_id), FOREIGN KEY(group_id) REFERENCES groups (id) ON DELETE CASCADE,
  FOREIGN KEY(space_id) REFERENCES spaces (id) ON DELETE CASCADE);
CREATE INDEX ix_groups_spaces_group_id ON groups_spaces (group_id);
CREATE INDEX ix_groups_spaces_space_id ON groups_spaces (space_id);
CREATE TABLE oauth_tokens (access_token TEXT NOT NULL, token_type TEXT NOT NULL, refresh_token TEXT NOT NULL, resources JSONB NOT NULL,
  user_integration_id UUID NOT NULL, id UUID DEFAULT gen_random_uuid() NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id), FOREIGN KEY(user_integration_id) REFERENCES user_integrations (id) ON
  DELETE CASCADE);
CREATE TABLE services_groups (service_id UUID NOT NULL, group_id UUID NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, updated_at
  TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (service_id, group_id), FOREIGN KEY(service_id) REFERENCES services (id) ON DELETE
  CASCADE, FOREIGN KEY(group_id) REFERENCES groups (id) ON DELETE CASCADE);
CREATE TABLE sharepoint_subscriptions (user_integration_id UUID NOT NULL, site_id TEXT NOT NULL, subscription_id TEXT NOT NULL, drive_id TEXT NOT
  NULL, expires_at TIMESTAMP WITH TIME ZONE NOT NULL, id UUID DEFAULT gen_random_uuid() NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now()
  NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id), CONSTRAINT uq_sharepoint_subscription_user_site UNIQUE
  (user_integration_id, site_id), FOREIGN KEY(user_integration_id) REFERENCES user_integrations (id) ON DELETE CASCADE, UNIQUE (subscription_id));
CREATE INDEX ix_sharepoint_subscriptions_expires_at ON sharepoint_subscriptions (expires_at);
CREATE INDEX ix_sharepoint_subscriptions_site_id ON sharepoint_subscriptions (site_id);
CREATE INDEX ix_sharepoint_subscriptions_user_integration_id ON sharepoint_subscriptions (user_integration_id);
CREATE TABLE steps ("order" INTEGER, workflow_id UUID, service_id UUID NOT NULL, filter_id UUID, id UUID DEFAULT gen_random_uuid() NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id), FOREIGN
  KEY(workflow_id) REFERENCES workflows (id) ON DELETE CASCADE, FOREIGN KEY(service_id) REFERENCES services (id) ON DELETE CASCADE, FOREIGN
  KEY(filter_id) REFERENCES filters (id) ON DELETE CASCADE);
CREATE TABLE websites (name VARCHAR, url VARCHAR NOT NULL, download_files BOOLEAN NOT NULL, crawl_type crawltype NOT NULL, update_interval VARCHAR NOT
  NULL, size BIGINT NOT NULL, last_crawled_at TIMESTAMP WITH TIME ZONE, http_auth_username VARCHAR, encrypted_auth_password VARCHAR, http_auth_domain
  VARCHAR, consecutive_failures INTEGER DEFAULT '0' NOT NULL, next_retry_at TIMESTAMP WITH TIME ZONE, tenant_id UUID NOT NULL, user_id UUID NOT NULL,
  embedding_model_id UUID NOT NULL, group_id UUID, space_id UUID, id UUID DEFAULT gen_random_uuid() NOT NULL, created_at TIMESTAMP WITH TIME ZONE
  DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id), FOREIGN KEY(tenant_id) REFERENCES tenants (id)
  ON DELETE CASCADE, FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE, FOREIGN KEY(embedding_model_id) REFERENCES embedding_models (id),
  FOREIGN KEY(group_id) REFERENCES groups (id) ON DELETE SET NULL, FOREIGN KEY(space_id) REFERENCES spaces (id) ON DELETE CASCADE);
CREATE TABLE api_keys (key VARCHAR NOT NULL, truncated_key VARCHAR NOT NULL, user_id UUID, assistant_id UUID, id UUID DEFAULT gen_random_uuid() NOT
  NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id),
  UNIQUE (user_id), FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE, UNIQUE (assistant_id), FOREIGN KEY(assistant_id) REFERENCES
  assistants (id) ON DELETE CASCADE);
CREATE INDEX ix_api_keys_key ON api_keys (key);
CREATE TABLE app_runs (input_text VARCHAR, output_text VARCHAR, num_tokens_input INTEGER, num_tokens_output INTEGER, tenant_id UUID NOT NULL, user_id
  UUID NOT NULL, app_id UUID NOT NULL, job_id UUID, completion_model_id UUID NOT NULL, id UUID DEFAULT gen_random_uuid() NOT NULL, created_at
  TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id), FOREIGN
  KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE, FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE SET NULL, FOREIGN KEY(app_id)
  REFERENCES apps (id) ON DELETE CASCADE, FOREIGN KEY(job_id) REFERENCES jobs (id) ON DELETE SET NULL, FOREIGN KEY(completion_model_id) REFERENCES
  completion_models (id) ON DELETE SET NULL);
CREATE TABLE apps_files (app_id UUID NOT NULL, file_id UUID NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, updated_at TIMESTAMP
  WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (app_id, file_id), FOREIGN KEY(app_id) REFERENCES apps (id) ON DELETE CASCADE, FOREIGN
  KEY(file_id) REFERENCES files (id) ON DELETE CASCADE);
CREATE TABLE apps_prompts (prompt_id UUID NOT NULL, app_id UUID NOT NULL, is_selected BOOLEAN NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT
  now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (prompt_id, app_id), FOREIGN KEY(prompt_id) REFERENCES
  prompts (id) ON DELETE CASCADE, FOREIGN KEY(app_id) REFERENCES apps (id) ON DELETE CASCADE);
CREATE TABLE assistant_mcp_server_tools (assistant_id UUID NOT NULL, mcp_server_tool_id UUID NOT NULL, is_enabled BOOLEAN DEFAULT 'True' NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (assistant_id,
  mcp_server_tool_id), FOREIGN KEY(assistant_id) REFERENCES assistants (id) ON DELETE CASCADE, FOREIGN KEY(mcp_server_tool_id) REFERENCES
  mcp_server_tools (id) ON DELETE CASCADE);
CREATE TABLE assistant_mcp_servers (assistant_id UUID NOT NULL, mcp_server_id UUID NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT
  NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (assistant_id, mcp_server_id), FOREIGN KEY(assistant_id) REFERENCES
  assistants (id) ON DELETE CASCADE, FOREIGN KEY(mcp_server_id) REFERENCES mcp_servers (id) ON DELETE CASCADE);
CREATE TABLE assistants_files (assistant_id UUID NOT NULL, file_id UUID NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (assistant_id, file_id), FOREIGN KEY(assistant_id) REFERENCES assistants
  (id) ON DELETE CASCADE, FOREIGN KEY(file_id) REFERENCES files (id) ON DELETE CASCADE);
CREATE TABLE assistants_groups (assistant_id UUID NOT NULL, group_id UUID NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (assistant_id, group_id), FOREIGN KEY(assistant_id) REFERENCES assistants
  (id) ON DELETE CASCADE, FOREIGN KEY(group_id) REFERENCES groups (id) ON DELETE CASCADE);
CREATE TABLE assistants_steps_guardrails (assistant_id UUID NOT NULL, step_id UUID NOT NULL, PRIMARY KEY (assistant_id, step_id), FOREIGN
  KEY(assistant_id) REFERENCES assistants (id) ON DELETE CASCADE, FOREIGN KEY(step_id) REFERENCES steps (id) ON DELETE CASCADE);
CREATE TABLE assistants_websites (assistant_id UUID NOT NULL, website_id UUID NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (assistant_id, website_id), FOREIGN KEY(assistant_id) REFERENCES assistants
  (id) ON DELETE CASCADE, FOREIGN KEY(website_id) REFERENCES websites (id) ON DELETE CASCADE);
CREATE TABLE crawl_runs (pages_crawled INTEGER, files_downloaded INTEGER, pages_failed INTEGER, files_failed INTEGER, failure_summary JSONB, tenant_id
  UUID NOT NULL, website_id UUID NOT NULL, job_id UUID, id UUID DEFAULT gen_random_uuid() NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now()
  NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id), FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE
  CASCADE, FOREIGN KEY(website_id) REFERENCES websites (id) ON DELETE CASCADE, FOREIGN KEY(job_id) REFERENCES jobs (id) ON DELETE SET NULL);
CREATE TABLE group_chats_assistants_mapping (group_chat_id UUID NOT NULL, assistant_id UUID NOT NULL, user_description VARCHAR, created_at TIMESTAMP
  WITH TIME ZONE DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (group_chat_id, assistant_id),
  FOREIGN KEY(group_chat_id) REFERENCES group_chats (id) ON DELETE CASCADE, FOREIGN KEY(assistant_id) REFERENCES assistants (id) ON DELETE CASCADE);
CREATE TABLE input_fields (type VARCHAR NOT NULL, description VARCHAR, tenant_id UUID NOT NULL, user_id UUID NOT NULL, app_id UUID NOT NULL, id UUID
  DEFAULT gen_random_uuid() NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now()
  NOT NULL, PRIMARY KEY (id), FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE, FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE
  SET NULL, FOREIGN KEY(app_id) REFERENCES apps (id) ON DELETE CASCADE);
CREATE TABLE integration_knowledge (name TEXT, original_name TEXT, url TEXT, space_id UUID NOT NULL, embedding_model_id UUID NOT NULL, tenant_id UUID
  NOT NULL, user_integration_id UUID NOT NULL, size BIGINT, last_synced_at TIMESTAMP WITH TIME ZONE, last_sync_summary JSONB, site_id TEXT,
  sharepoint_subscription_id UUID, delta_token TEXT, folder_id TEXT, folder_path TEXT, selected_item_type TEXT DEFAULT 'site_root', resource_type TEXT
  DEFAULT 'site', drive_id TEXT, wrapper_id UUID, wrapper_name TEXT, id UUID DEFAULT gen_random_uuid() NOT NULL, created_at TIMESTAMP WITH TIME ZONE
  DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id), FOREIGN KEY(space_id) REFERENCES spaces (id)
  ON DELETE CASCADE, FOREIGN KEY(embedding_model_id) REFERENCES embedding_models (id) ON DELETE CASCADE, FOREIGN KEY(tenant_id) REFERENCES tenants
  (id) ON DELETE CASCADE, FOREIGN KEY(user_integration_id) REFERENCES user_integrations (id) ON DELETE CASCADE, FOREIGN
  KEY(sharepoint_subscription_id) REFERENCES sharepoint_subscriptions (id) ON DELETE SET NULL);
CREATE INDEX ix_integration_knowledge_folder_id ON integration_knowledge (folder_id);
CREATE INDEX ix_integration_knowledge_wrapper_id ON integration_knowledge (wrapper_id);
CREATE TABLE prompts_assistants (prompt_id UUID NOT NULL, assistant_id UUID NOT NULL, is_selected BOOLEAN NOT NULL, created_at TIMESTAMP WITH TIME
  ZONE DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (prompt_id, assistant_id), FOREIGN
  KEY(prompt_id) REFERENCES prompts (id) ON DELETE CASCADE, FOREIGN KEY(assistant_id) REFERENCES assistants (id) ON DELETE CASCADE);
CREATE TABLE sessions (user_id UUID NOT NULL, name VARCHAR NOT NULL, feedback_value INTEGER, feedback_text VARCHAR, assistant_id UUID, service_id
  UUID, group_chat_id UUID, id UUID DEFAULT gen_random_uuid() NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, updated_at
  TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id), FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE, FOREIGN
  KEY(assistant_id) REFERENCES assistants (id) ON DELETE CASCADE, FOREIGN KEY(service_id) REFERENCES services (id) ON DELETE CASCADE, FOREIGN
  KEY(group_chat_id) REFERENCES group_chats (id) ON DELETE CASCADE);
CREATE INDEX created_at_idx ON sessions (created_at);
CREATE TABLE websites_spaces (website_id UUID NOT NULL, space_id UUID NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, updated_at
  TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (website_id, space_id), FOREIGN KEY(website_id) REFERENCES websites (id) ON DELETE
  CASCADE, FOREIGN KEY(space_id) REFERENCES spaces (id) ON DELETE CASCADE);
CREATE INDEX ix_websites_spaces_space_id ON websites_spaces (space_id);
CREATE INDEX ix_websites_spaces_website_id ON websites_spaces (website_id);
CREATE TABLE widgets (name VARCHAR NOT NULL, title VARCHAR NOT NULL, bot_introduction VARCHAR NOT NULL, color VARCHAR NOT NULL, size VARCHAR NOT NULL,
  assistant_id UUID NOT NULL, user_id UUID NOT NULL, id UUID DEFAULT gen_random_uuid() NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT
  NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id), FOREIGN KEY(assistant_id) REFERENCES assistants (id) ON DELETE
  CASCADE, FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE);
CREATE TABLE app_runs_files (app_run_id UUID NOT NULL, file_id UUID NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, updated_at
  TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (app_run_id, file_id), FOREIGN KEY(app_run_id) REFERENCES app_runs (id) ON DELETE
  CASCADE, FOREIGN KEY(file_id) REFERENCES files (id) ON DELETE CASCADE);
CREATE TABLE assistant_integration_knowledge (assistant_id UUID NOT NULL, integration_knowledge_id UUID NOT NULL, id UUID DEFAULT gen_random_uuid()
  NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id),
  FOREIGN KEY(assistant_id) REFERENCES assistants (id) ON DELETE CASCADE, FOREIGN KEY(integration_knowledge_id) REFERENCES integration_knowledge (id)
  ON DELETE CASCADE);
CREATE TABLE info_blobs (text VARCHAR NOT NULL, title VARCHAR, url VARCHAR, size INTEGER NOT NULL, content_hash BYTEA, user_id UUID NOT NULL,
  tenant_id UUID NOT NULL, group_id UUID, website_id UUID, embedding_model_id UUID, integration_knowledge_id UUID, sharepoint_item_id VARCHAR, id UUID
  DEFAULT gen_random_uuid() NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now()
  NOT NULL, PRIMARY KEY (id), FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE, FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE
  CASCADE, FOREIGN KEY(group_id) REFERENCES groups (id) ON DELETE CASCADE, FOREIGN KEY(website_id) REFERENCES websites (id) ON DELETE CASCADE, FOREIGN
  KEY(embedding_model_id) REFERENCES embedding_models (id) ON DELETE SET NULL, FOREIGN KEY(integration_knowledge_id) REFERENCES integration_knowledge
  (id) ON DELETE CASCADE);
CREATE INDEX ix_info_blobs_group_id ON info_blobs (group_id);
CREATE INDEX ix_info_blobs_user_id ON info_blobs (user_id);
CREATE INDEX ix_info_blobs_website_id ON info_blobs (website_id);
CREATE TABLE integration_knowledge_spaces (integration_knowledge_id UUID NOT NULL, space_id UUID NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT
  now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (integration_knowledge_id, space_id), FOREIGN
  KEY(integration_knowledge_id) REFERENCES integration_knowledge (id) ON DELETE CASCADE, FOREIGN KEY(space_id) REFERENCES spaces (id) ON DELETE
  CASCADE);
CREATE INDEX ix_integration_knowledge_spaces_integration_knowledge_id ON integration_knowledge_spaces (integration_knowledge_id);
CREATE INDEX ix_integration_knowledge_spaces_space_id ON integration_knowledge_spaces (space_id);
CREATE TABLE questions (question VARCHAR NOT NULL, answer VARCHAR NOT NULL, num_tokens_question INTEGER NOT NULL, num_tokens_answer INTEGER NOT NULL,
  tool_calls JSONB, completion_model_id UUID, logging_details_id UUID, session_id UUID, service_id UUID, tenant_id UUID NOT NULL, assistant_id UUID,
  id UUID DEFAULT gen_random_uuid() NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT
  now() NOT NULL, PRIMARY KEY (id), FOREIGN KEY(completion_model_id) REFERENCES completion_models (id) ON DELETE SET NULL, FOREIGN
  KEY(logging_details_id) REFERENCES logging (id) ON DELETE SET NULL, FOREIGN KEY(session_id) REFERENCES sessions (id) ON DELETE CASCADE, FOREIGN
  KEY(service_id) REFERENCES services (id) ON DELETE CASCADE, FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE, FOREIGN
  KEY(assistant_id) REFERENCES assistants (id) ON DELETE SET NULL);
CREATE INDEX ix_questions_service_id ON questions (service_id);
CREATE INDEX ix_questions_session_id ON questions (session_id);
CREATE INDEX ix_questions_tenant_id ON questions (tenant_id);
CREATE TABLE sync_logs (integration_knowledge_id UUID NOT NULL, sync_type TEXT NOT NULL, status TEXT NOT NULL, error_message TEXT, sync_metadata
  JSONB, started_at TIMESTAMP WITH TIME ZONE NOT NULL, completed_at TIMESTAMP WITH TIME ZONE, id UUID DEFAULT gen_random_uuid() NOT NULL, created_at
  TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id), FOREIGN
  KEY(integration_knowledge_id) REFERENCES integration_knowledge (id) ON DELETE CASCADE);
CREATE INDEX ix_sync_logs_integration_knowledge_id ON sync_logs (integration_knowledge_id);
CREATE TABLE info_blob_chunks (text VARCHAR NOT NULL, chunk_no INTEGER NOT NULL, size INTEGER NOT NULL, embedding VECTOR NOT NULL, info_blob_id UUID
  NOT NULL, tenant_id UUID NOT NULL, id UUID DEFAULT gen_random_uuid() NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id), FOREIGN KEY(info_blob_id) REFERENCES info_blobs (id) ON DELETE
  CASCADE, FOREIGN KEY(tenant_id) REFERENCES tenants (id) ON DELETE CASCADE);
CREATE INDEX ix_info_blob_chunks_info_blob_id ON info_blob_chunks (info_blob_id);
CREATE INDEX ix_info_blob_chunks_tenant_id ON info_blob_chunks (tenant_id);
CREATE TABLE info_blob_references (question_id UUID NOT NULL, info_blob_id UUID NOT NULL, similarity_score DOUBLE PRECISION, "order" INTEGER,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (question_id,
  info_blob_id), FOREIGN KEY(question_id) REFERENCES questions (id) ON DELETE CASCADE, FOREIGN KEY(info_blob_id) REFERENCES info_blobs (id) ON DELETE
  CASCADE);
CREATE TABLE questions_files (question_id UUID NOT NULL, file_id UUID NOT NULL, type VARCHAR NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT
  now() NOT NULL, updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (question_id, file_id), FOREIGN KEY(question_id) REFERENCES
  questions (id) ON DELETE CASCADE, FOREIGN KEY(file_id) REFERENCES files (id) ON DELETE CASCADE);
CREATE TABLE web_search_results (title VARCHAR NOT NULL, content VARCHAR NOT NULL, url VARCHAR NOT NULL, score DOUBLE PRECISION NOT NULL, question_id
  UUID NOT NULL, id UUID DEFAULT gen_random_uuid() NOT NULL, created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL, updated_at TIMESTAMP WITH
  TIME ZONE DEFAULT now() NOT NULL, PRIMARY KEY (id), FOREIGN KEY(question_id) REFERENCES questions (id) ON DELETE CASCADE);
create function u(kind text, n int) returns uuid language sql immutable as $$ select md5(kind || n)::uuid $$;
insert into tenants (name, quota_limit, provisioning, security_enabled, state, id, created_at) select 'municipality' || n, 10737418240, false, false, 'active', u('tenant', n), timestamptz '2026-01-10 08:00+00' from generate_series(1, 2) n;
insert into predefined_roles (name, permissions, id) values ('Owner', '{assistants,admin}', u('role', 1)), ('AI Configurator', '{assistants,insights}', u('role', 2)), ('User', '{assistants}', u('role', 3));
insert into users (username, email, email_verified, salt, password, is_active, state, used_tokens, tenant_id, deleted_at, id, created_at, updated_at)
  select case when n % 8 = 0 then null else 'name.' || n end, n || '@example.org', false, null, null, true,
  case when n % 14 = 0 then 'deleted' when n % 10 = 0 then 'inactive' when n % 11 = 0 then 'invited' else 'active' end, n * 90, u('tenant', 1 + n % 2),
  case when n % 14 = 0 then timestamptz '2026-03-18 09:00+00' end, u('user', n), timestamptz '2026-03-19 07:00+00' - n * interval '20 hours', timestamptz '2026-03-19 08:00+00' - n * interval '11 hours'
  from generate_series(1, 42) n;
insert into users_predefined_roles select u('user', n), u('role', case when n % 12 = 1 then 1 when n % 6 = 2 then 2 else 3 end) from generate_series(1, 42) n;
insert into model_providers (tenant_id, name, provider_type, credentials, id) select u('tenant', n), 'P' || n, 'openai', '{}', u('provider', n) from generate_series(1, 2) n;
insert into completion_models (name, nickname, token_limit, family, stability, hosting, tenant_id, provider_id, id) select 'm' || n, 'M' || n, 128000, 'openai', 'stable', 'swe', u('tenant', n), u('provider', n), u('model', n) from generate_series(1, 2) n;
insert into embedding_models (name, open_source, family, stability, hosting, id) values ('multilingual-e5-large', true, 'e5', 'stable', 'swe', u('embedding', 1));
insert into spaces (name, tenant_id, user_id, id, created_at) select 'Space ' || n, u('tenant', 1 + n % 2), case when n > 4 then u('user', n) end, u('space', n), timestamptz '2026-01-20 08:00+00' from generate_series(1, 20) n;
insert into spaces_users (space_id, user_id, role) select u('space', n), u('user', k), (array['admin', 'editor', 'viewer'])[1 + k % 3] from generate_series(1, 4) n, generate_series(1, 9) k;
insert into assistants (name, logging_enabled, is_default, published, insight_enabled, type, user_id, completion_model_id, space_id, id, created_at)
  select 'Assistant ' || n, false, n > 4, true, false, 'assistant', u('user', n), u('model', 1 + n % 2), u('space', n), u('assistant', n), timestamptz '2026-01-21 08:00+00' from generate_series(1, 12) n;
insert into group_chats (name, allow_mentions, show_response_label, published, insight_enabled, type, space_id, user_id, id) select 'Group ' || n, true, true, true, false, 'group-chat', u('space', n), u('user', n), u('group_chat', n) from generate_series(1, 2) n;
insert into services (name, prompt, user_id, completion_model_id, space_id, id) select 'Service ' || n, 'P', u('user', n), u('model', 1), u('space', n), u('service', n) from generate_series(1, 2) n;
insert into groups (name, size, user_id, tenant_id, embedding_model_id, space_id, id) select 'Group ' || n, 0, u('user', n), u('tenant', 1 + n % 2), u('embedding', 1), u('space', n), u('group', n) from generate_series(1, 5) n;
insert into websites (name, url, download_files, crawl_type, update_interval, size, tenant_id, user_id, embedding_model_id, space_id, id)
  select 'W' || n, 'https://example.org/' || n, false, 'CRAWL', 'weekly', 0, u('tenant', 1 + n % 2), u('user', n), u('embedding', 1), u('space', n), u('website', n) from generate_series(1, 2) n;
insert into sessions (user_id, name, feedback_value, feedback_text, assistant_id, group_chat_id, id, created_at, updated_at)
  select u('user', 1 + (n * 5) % 42), 'Question ' || n, case when n % 3 = 0 then 1 when n % 7 = 0 then -1 end, case when n % 7 = 0 and n % 2 = 0 then 'Text ' || n when n % 12 = 0 then '' end,
  case when n % 8 > 0 then u('assistant', 1 + n % 12) end, case when n % 8 = 0 then u('group_chat', 1 + n % 2) end, u('session', n), timestamptz '2026-03-20 09:00+00' - n * interval '11 hours 10 minutes',
  timestamptz '2026-03-20 09:40+00' - n * interval '11 hours 10 minutes' from generate_series(1, 72) n;
insert into questions (question, answer, num_tokens_question, num_tokens_answer, completion_model_id, session_id, tenant_id, assistant_id, id, created_at, updated_at)
  select 'Q' || n, case when n % 29 = 0 then '' else 'A' || n end, 40, case when n % 29 = 0 then 0 else 200 end, u('model', 1), u('session', 1 + n % 72), u('tenant', 1 + n % 2), u('assistant', 1 + (1 + n % 72) % 12), u('question', n), t.x, t.x
  from generate_series(1, 230) n, lateral (select timestamptz '2026-03-20 09:02+00' - (1 + n % 72) * interval '11 hours 10 minutes' + n / 72 * interval '4 minutes' x) t;
insert into questions (question, answer, num_tokens_question, num_tokens_answer, completion_model_id, service_id, tenant_id, id, created_at, updated_at)
  select 'S' || n, 'A', 40, 20, u('model', 1), u('service', 1 + n % 2), u('tenant', 1), u('call', n), t.x, t.x from generate_series(1, 25) n, lateral (select timestamptz '2026-03-19 09:00+00' - n * interval '13 hours' x) t;
insert into info_blobs (text, title, url, size, user_id, tenant_id, group_id, website_id, embedding_model_id, id, created_at, updated_at)
  select 'T', case when n % 4 = 0 then 'Page ' || n else 'file ' || n || (array['.pdf', '.docx', '.txt'])[1 + n % 3] end, case when n % 4 = 0 then 'https://example.org/1/' || n end, 4000 + n * 11, u('user', 1 + n % 5),
  u('tenant', 1 + n % 2), case when n % 4 > 0 then u('group', 1 + n % 5) end, case when n % 4 = 0 then u('website', 1 + n % 2) end, u('embedding', 1), u('blob', n), t.x, t.x + interval '9 seconds'
  from generate_series(1, 40) n, lateral (select timestamptz '2026-03-19 13:00+00' - n * interval '18 hours' x) t;
insert into info_blob_chunks (text, chunk_no, size, embedding, info_blob_id, tenant_id, created_at)
  select 'C', k, 900, '{0.1,0.2}', u('blob', n), u('tenant', 1 + n % 2), timestamptz '2026-03-19 13:00+00' - n * interval '18 hours' from generate_series(1, 40) n, generate_series(0, n % 5) k;
insert into info_blob_references (question_id, info_blob_id, similarity_score, "order") select u('question', n), u('blob', 1 + n % 40), 0.8, 0 from generate_series(1, 90) n;
insert into files (name, text, checksum, size, mimetype, file_type, user_id, tenant_id, id, created_at) select 'f' || n || '.txt', 'T', md5('f' || n), 500 + n, 'text/plain', 'text', u('user', 1 + n % 42), u('tenant', 1), u('file', n),
  timestamptz '2026-03-19 09:00+00' - n * interval '17 hours' from generate_series(1, 25) n;
insert into questions_files (question_id, file_id, type) select u('question', n), u('file', n), 'user' from generate_series(1, 25) n;
insert into jobs (user_id, task, status, name, finished_at, created_at) select u('user', 1 + n % 5), (array['upload_file', 'transcription', 'crawl'])[1 + n % 3], (array['complete', 'complete', 'failed', 'queued'])[1 + n % 4], 'file ' || n, null,
  timestamptz '2026-03-19 13:00+00' - n * interval '18 hours' from generate_series(1, 40) n;
