-- An invented database with the tables and types of a public schema of a support platform with an AI agent as first line (Cossistant); its adapter, written by hand before the first run, is in the folder.
create type conversation_status as enum ('open', 'resolved', 'spam');
create type conversation_priority as enum ('low', 'normal', 'high', 'urgent');
create type conversation_sentiment as enum ('positive', 'negative', 'neutral');
create type conversation_title_source as enum ('ai', 'user');
create type item_visibility as enum ('public', 'private');
create type conversation_event_type as enum ('assigned', 'unassigned', 'participant_requested', 'participant_joined', 'participant_left',
  'status_changed', 'priority_changed', 'tag_added', 'tag_removed', 'resolved', 'reopened', 'visitor_blocked', 'visitor_unblocked',
  'visitor_identified', 'ai_analyzed', 'title_generated', 'ai_escalated', 'ai_paused', 'ai_resumed');
create type conversation_participation_status as enum ('requested', 'active', 'left', 'declined');
create type conversation_timeline_type as enum ('message', 'event', 'identification', 'tool');
create type website_installation_target as enum ('nextjs', 'react');
create type website_status as enum ('active', 'inactive');
create type key_type as enum ('private', 'public');
create type knowledge_type as enum ('url', 'faq', 'article');
create type link_source_status as enum ('pending', 'mapping', 'crawling', 'completed', 'failed');
create type knowledge_clarification_source as enum ('conversation', 'faq');
create type knowledge_clarification_status as enum ('analyzing', 'awaiting_answer', 'retry_required', 'draft_ready', 'deferred', 'applied',
  'dismissed');
create type knowledge_clarification_turn_role as enum ('ai_question', 'human_answer', 'human_skip');
create table "user" (id varchar(26) primary key not null, name text not null, email text not null unique, email_verified boolean not null, image text,
  is_anonymous boolean not null, created_at timestamp not null, updated_at timestamp not null, role text, banned boolean, ban_reason text, ban_expires
  timestamp);
create index user_email_idx on "user" (email);
create index user_role_idx on "user" (role);
create index user_banned_idx on "user" (banned);
create table "session" (id varchar(26) primary key not null, expires_at timestamp not null, token text not null unique, created_at timestamp not null,
  updated_at timestamp not null, ip_address text, user_agent text, user_id varchar(26) not null, active_organization_id varchar(26), impersonated_by
  varchar(26));
create index session_user_idx on "session" (user_id);
create table "account" (id varchar(26) primary key not null, account_id text not null, provider_id text not null, user_id varchar(26) not null,
  access_token text, refresh_token text, id_token text, access_token_expires_at timestamp, refresh_token_expires_at timestamp, scope text, password
  text, created_at timestamp not null, updated_at timestamp not null);
create index account_user_idx on "account" (user_id);
create table "verification" (id varchar(26) primary key not null, identifier text not null, value text not null, expires_at timestamp not null,
  created_at timestamp, updated_at timestamp);
create table "organization" (id varchar(26) primary key not null, name text not null, slug text not null unique, logo text, created_at timestamp not
  null, metadata text);
create table "team" (id varchar(26) primary key not null, name text not null, organization_id varchar(26) not null, created_at timestamp not null,
  updated_at timestamp);
create table "member" (id varchar(26) primary key not null, organization_id varchar(26) not null, user_id varchar(26) not null, role text default
  'member' not null, created_at timestamp not null);
create index member_org_idx on "member" (organization_id);
create index member_user_idx on "member" (user_id);
create table "invitation" (id varchar(26) primary key not null, organization_id varchar(26) not null, email text not null, role text, status text
  default 'pending' not null, expires_at timestamp not null, inviter_id varchar(26) not null);
create table "website" (id varchar(26) primary key not null, name text not null, slug text not null unique, domain text not null, contact_email text,
  is_domain_ownership_verified boolean default false not null, description text, logo_url text, whitelisted_domains text[] not null,
  default_participant_ids jsonb default '[]'::jsonb, installation_target website_installation_target not null, organization_id varchar(26) not null,
  team_id varchar(26) not null, status website_status default 'active' not null, created_at timestamp not null, updated_at timestamp not null,
  deleted_at timestamp);
create index website_org_status_idx on "website" (organization_id, status);
create table "contact_organization" (id varchar(26) primary key not null, name text not null, external_id varchar(255), domain text, description text,
  metadata jsonb, website_id varchar(26) not null, organization_id varchar(26) not null, created_at timestamp not null, updated_at timestamp not null,
  deleted_at timestamp);
create table "contact" (id varchar(26) primary key not null, external_id varchar(255), name text, email text, image text, metadata jsonb,
  notification_settings jsonb, website_id varchar(26) not null, organization_id varchar(26) not null, contact_organization_id varchar(26), user_id
  varchar(26), created_at timestamp not null, updated_at timestamp not null, deleted_at timestamp);
create index contact_website_idx on "contact" (website_id);
create unique index contact_external_id_website_idx on "contact" (external_id, website_id);
create table "visitor" (id varchar(26) primary key not null, browser varchar(100), browser_version varchar(50), os varchar(100), os_version
  varchar(50), device varchar(100), device_type varchar(50), ip varchar(45), city varchar(100), region varchar(100), country varchar(100),
  country_code varchar(2), latitude real, longitude real, geo_source varchar(50), geo_accuracy_radius_km real, geo_resolved_at timestamp, language
  varchar(10), timezone varchar(100), screen_resolution varchar(20), viewport varchar(20), attribution jsonb, current_page jsonb, contact_id
  varchar(26), organization_id varchar(26) not null, website_id varchar(26) not null, user_id varchar(26), is_test boolean, blocked_at timestamp,
  blocked_by_user_id varchar(26), last_seen_at timestamp, created_at timestamp not null, updated_at timestamp not null, deleted_at timestamp);
create index visitor_org_idx on "visitor" (organization_id);
create index visitor_contact_idx on "visitor" (contact_id);
create table "view" (id varchar(26) primary key not null, name text not null, description text, prompt text, organization_id varchar(26) not null,
  website_id varchar(26) not null, created_at timestamp not null, updated_at timestamp not null, deleted_at timestamp);
create unique index view_website_name_idx on "view" (website_id, name);
create table "ai_agent" (id varchar(26) primary key not null, name text not null, description text, base_prompt text not null, model text not null,
  temperature integer, max_tokens integer, organization_id varchar(26) not null, website_id varchar(26) not null, is_active boolean default true not
  null, last_used_at timestamp, usage_count integer default 0 not null, last_trained_at timestamp, metadata jsonb, created_at timestamp not null,
  updated_at timestamp not null, deleted_at timestamp);
create index ai_agent_org_website_idx on "ai_agent" (organization_id, website_id);
create table "api_key" (id varchar(26) primary key not null, key_type key_type not null, key varchar(255) not null unique, name text not null,
  organization_id varchar(26) not null, website_id varchar(26) not null, created_by varchar(26) not null, is_active boolean not null, is_test boolean
  not null, last_used_at timestamp, expires_at timestamp, revoked_at timestamp, revoked_by varchar(26), created_at timestamp not null, updated_at
  timestamp not null);
create table "conversation" (id varchar(18) primary key not null, status conversation_status default 'open' not null, priority conversation_priority
  default 'normal' not null, organization_id varchar(26) not null, visitor_id varchar(26) not null, website_id varchar(26) not null, sentiment
  conversation_sentiment, sentiment_confidence real, channel text default 'widget' not null, title text, title_source conversation_title_source,
  resolution_time integer, visitor_rating integer, visitor_rating_at timestamp, started_at timestamp, first_response_at timestamp, resolved_at
  timestamp, last_message_at timestamp, last_message_by_id varchar(26), resolved_by_user_id varchar(26), resolved_by_ai_agent_id varchar(26),
  escalated_at timestamp, escalated_by_ai_agent_id varchar(26), escalation_reason text, escalation_handled_at timestamp, escalation_handled_by_user_id
  varchar(26), ai_paused_until timestamp, ai_agent_last_processed_message_id varchar(26), ai_agent_last_processed_message_created_at timestamp,
  created_at timestamp not null, updated_at timestamp not null, deleted_at timestamp);
create index conversation_org_idx on "conversation" (organization_id);
create index conversation_visitor_idx on "conversation" (visitor_id);
create index conversation_org_website_created_idx on "conversation" (organization_id, website_id, created_at, id);
create index conversation_deleted_at_idx on "conversation" (deleted_at);
create table "conversation_timeline_item" (id varchar(26) primary key not null, conversation_id varchar(18) not null, organization_id varchar(26) not
  null, visibility item_visibility default 'public' not null, type conversation_timeline_type not null, text text, parts jsonb default '[]'::jsonb not
  null, user_id varchar(26), visitor_id varchar(26), ai_agent_id varchar(26), created_at timestamp not null, deleted_at timestamp);
create index conversation_timeline_item_conv_created_idx on "conversation_timeline_item" (conversation_id, created_at, id);
create table "conversation_seen" (id varchar(26) primary key not null, organization_id varchar(26) not null, conversation_id varchar(18) not null,
  user_id varchar(26), visitor_id varchar(26), ai_agent_id varchar(26), last_seen_at timestamp not null, created_at timestamp not null, updated_at
  timestamp not null);
create unique index cs_unique_user on "conversation_seen" (conversation_id, user_id);
create unique index cs_unique_visitor on "conversation_seen" (conversation_id, visitor_id);
create unique index cs_unique_ai on "conversation_seen" (conversation_id, ai_agent_id);
create table "conversation_assignee" (id varchar(26) primary key not null, organization_id varchar(26) not null, conversation_id varchar(18) not null,
  user_id varchar(26) not null, assigned_by_user_id varchar(26), assigned_by_ai_agent_id varchar(26), assigned_at timestamp not null, unassigned_at
  timestamp, created_at timestamp not null);
create unique index conversation_assignee_unique on "conversation_assignee" (conversation_id, user_id);
create table "conversation_participant" (id varchar(26) primary key not null, organization_id varchar(26) not null, conversation_id varchar(18) not
  null, user_id varchar(26) not null, status conversation_participation_status default 'active' not null, reason text, requested_by_user_id
  varchar(26), requested_by_ai_agent_id varchar(26), joined_at timestamp not null, left_at timestamp, created_at timestamp not null);
create unique index conversation_participant_unique on "conversation_participant" (conversation_id, user_id);
create table "conversation_view" (id varchar(26) primary key not null, organization_id varchar(26) not null, conversation_id varchar(18) not null,
  view_id varchar(26) not null, added_by_user_id varchar(26), added_by_ai_agent_id varchar(26), created_at timestamp not null, deleted_at timestamp);
create unique index conversation_view_unique on "conversation_view" (conversation_id, view_id);
create table "feedback" (id varchar(26) primary key not null, organization_id varchar(26) not null, website_id varchar(26) not null, conversation_id
  varchar(18), visitor_id varchar(26), contact_id varchar(26), rating integer not null, topic text, comment text, trigger text, source text default
  'widget' not null, created_at timestamp not null, updated_at timestamp not null, deleted_at timestamp);
create index feedback_conversation_idx on "feedback" (conversation_id);
create index feedback_website_idx on "feedback" (website_id);
create table "link_source" (id varchar(26) primary key not null, organization_id varchar(26) not null, website_id varchar(26) not null, ai_agent_id
  varchar(26), parent_link_source_id varchar(26), url text not null, status link_source_status default 'pending' not null, firecrawl_job_id text,
  depth integer default 0 not null, discovered_pages_count integer default 0 not null, crawled_pages_count integer default 0 not null,
  total_size_bytes bigint default 0 not null, include_paths text[], exclude_paths text[], ignored_urls text[], last_crawled_at timestamp,
  error_message text, created_at timestamp not null, updated_at timestamp not null, deleted_at timestamp);
create table "knowledge" (id varchar(26) primary key not null, organization_id varchar(26) not null, website_id varchar(26) not null, ai_agent_id
  varchar(26), link_source_id varchar(26), type knowledge_type not null, source_url text, source_title text, origin text not null, created_by text not
  null, content_hash text not null, payload jsonb not null, metadata jsonb, is_included boolean default true not null, size_bytes bigint default 0 not
  null, created_at timestamp not null, updated_at timestamp not null, deleted_at timestamp);
create table "knowledge_clarification_request" (id varchar(26) primary key not null, organization_id varchar(26) not null, website_id varchar(26) not
  null, ai_agent_id varchar(26) not null, conversation_id varchar(18), source knowledge_clarification_source not null, status
  knowledge_clarification_status default 'awaiting_answer' not null, topic_summary text not null, source_trigger_message_id text, topic_fingerprint
  varchar(32), step_index integer not null default 0, max_steps integer not null default 3, context_snapshot jsonb, target_knowledge_id varchar(26),
  question_plan jsonb, draft_faq_payload jsonb, last_error text, created_at timestamp not null, updated_at timestamp not null);
create table "knowledge_clarification_turn" (id varchar(26) primary key not null, request_id varchar(26) not null, role
  knowledge_clarification_turn_role not null, question text, suggested_answers text[], selected_answer text, free_answer text, created_at timestamp
  not null, updated_at timestamp not null);
create index knowledge_clarification_turn_request_idx on "knowledge_clarification_turn" (request_id);
create table "waiting_list_entry" (id varchar(26) primary key not null, user_id varchar(26) not null, from_referral_code text, access_granted boolean
  not null default false, unique_referral_code text not null unique, points integer not null default 1, created_at timestamp not null);
alter table "session" add constraint "session_user_id_user_id_fk" foreign key (user_id) references "user" (id) on delete cascade;
alter table "account" add constraint "account_user_id_user_id_fk" foreign key (user_id) references "user" (id) on delete cascade;
alter table "team" add constraint "team_organization_id_organization_id_fk" foreign key (organization_id) references "organization" (id) on delete
  cascade;
alter table "member" add constraint "member_organization_id_organization_id_fk" foreign key (organization_id) references "organization" (id) on delete
  cascade;
alter table "member" add constraint "member_user_id_user_id_fk" foreign key (user_id) references "user" (id) on delete cascade;
alter table "invitation" add constraint "invitation_organization_id_organization_id_fk" foreign key (organization_id) references "organization" (id)
  on delete cascade;
alter table "invitation" add constraint "invitation_inviter_id_user_id_fk" foreign key (inviter_id) references "user" (id) on delete cascade;
alter table "website" add constraint "website_organization_id_organization_id_fk" foreign key (organization_id) references "organization" (id) on
  delete cascade;
alter table "website" add constraint "website_team_id_team_id_fk" foreign key (team_id) references "team" (id) on delete cascade;
alter table "contact_organization" add constraint "contact_organization_website_id_website_id_fk" foreign key (website_id) references "website" (id)
  on delete cascade;
alter table "contact_organization" add constraint "contact_organization_organization_id_organization_id_fk" foreign key (organization_id) references
  "organization" (id) on delete cascade;
alter table "contact" add constraint "contact_website_id_website_id_fk" foreign key (website_id) references "website" (id) on delete cascade;
alter table "contact" add constraint "contact_organization_id_organization_id_fk" foreign key (organization_id) references "organization" (id) on
  delete cascade;
alter table "contact" add constraint "contact_contact_organization_id_contact_organization_id_fk" foreign key (contact_organization_id) references
  "contact_organization" (id) on delete set null;
alter table "contact" add constraint "contact_user_id_user_id_fk" foreign key (user_id) references "user" (id) on delete set null;
alter table "visitor" add constraint "visitor_contact_id_contact_id_fk" foreign key (contact_id) references "contact" (id) on delete set null;
alter table "visitor" add constraint "visitor_organization_id_organization_id_fk" foreign key (organization_id) references "organization" (id) on
  delete cascade;
alter table "visitor" add constraint "visitor_website_id_website_id_fk" foreign key (website_id) references "website" (id) on delete cascade;
alter table "visitor" add constraint "visitor_user_id_user_id_fk" foreign key (user_id) references "user" (id) on delete set null;
alter table "visitor" add constraint "visitor_blocked_by_user_id_user_id_fk" foreign key (blocked_by_user_id) references "user" (id) on delete set
  null;
alter table "view" add constraint "view_organization_id_organization_id_fk" foreign key (organization_id) references "organization" (id) on delete
  cascade;
alter table "view" add constraint "view_website_id_website_id_fk" foreign key (website_id) references "website" (id) on delete cascade;
alter table "ai_agent" add constraint "ai_agent_organization_id_organization_id_fk" foreign key (organization_id) references "organization" (id) on
  delete cascade;
alter table "ai_agent" add constraint "ai_agent_website_id_website_id_fk" foreign key (website_id) references "website" (id) on delete cascade;
alter table "api_key" add constraint "api_key_organization_id_organization_id_fk" foreign key (organization_id) references "organization" (id) on
  delete cascade;
alter table "api_key" add constraint "api_key_website_id_website_id_fk" foreign key (website_id) references "website" (id) on delete cascade;
alter table "api_key" add constraint "api_key_created_by_user_id_fk" foreign key (created_by) references "user" (id) on delete cascade;
alter table "api_key" add constraint "api_key_revoked_by_user_id_fk" foreign key (revoked_by) references "user" (id) on delete set null;
alter table "conversation" add constraint "conversation_organization_id_organization_id_fk" foreign key (organization_id) references "organization"
  (id) on delete cascade;
alter table "conversation" add constraint "conversation_visitor_id_visitor_id_fk" foreign key (visitor_id) references "visitor" (id) on delete cascade;
alter table "conversation" add constraint "conversation_website_id_website_id_fk" foreign key (website_id) references "website" (id) on delete cascade;
alter table "conversation" add constraint "conversation_resolved_by_user_id_user_id_fk" foreign key (resolved_by_user_id) references "user" (id) on
  delete set null;
alter table "conversation" add constraint "conversation_resolved_by_ai_agent_id_ai_agent_id_fk" foreign key (resolved_by_ai_agent_id) references
  "ai_agent" (id) on delete set null;
alter table "conversation" add constraint "conversation_escalated_by_ai_agent_id_ai_agent_id_fk" foreign key (escalated_by_ai_agent_id) references
  "ai_agent" (id) on delete set null;
alter table "conversation" add constraint "conversation_escalation_handled_by_user_id_user_id_fk" foreign key (escalation_handled_by_user_id)
  references "user" (id) on delete set null;
alter table "conversation_timeline_item" add constraint "conversation_timeline_item_conversation_id_conversation_id_fk" foreign key (conversation_id)
  references "conversation" (id) on delete cascade;
alter table "conversation_timeline_item" add constraint "conversation_timeline_item_organization_id_organization_id_fk" foreign key (organization_id)
  references "organization" (id) on delete cascade;
alter table "conversation_timeline_item" add constraint "conversation_timeline_item_user_id_user_id_fk" foreign key (user_id) references "user" (id)
  on delete set null;
alter table "conversation_timeline_item" add constraint "conversation_timeline_item_visitor_id_visitor_id_fk" foreign key (visitor_id) references
  "visitor" (id) on delete set null;
alter table "conversation_timeline_item" add constraint "conversation_timeline_item_ai_agent_id_ai_agent_id_fk" foreign key (ai_agent_id) references
  "ai_agent" (id) on delete set null;
alter table "conversation_seen" add constraint "conversation_seen_organization_id_organization_id_fk" foreign key (organization_id) references
  "organization" (id) on delete cascade;
alter table "conversation_seen" add constraint "conversation_seen_conversation_id_conversation_id_fk" foreign key (conversation_id) references
  "conversation" (id) on delete cascade;
alter table "conversation_seen" add constraint "conversation_seen_user_id_user_id_fk" foreign key (user_id) references "user" (id) on delete cascade;
alter table "conversation_seen" add constraint "conversation_seen_visitor_id_visitor_id_fk" foreign key (visitor_id) references "visitor" (id) on
  delete cascade;
alter table "conversation_seen" add constraint "conversation_seen_ai_agent_id_ai_agent_id_fk" foreign key (ai_agent_id) references "ai_agent" (id) on
  delete cascade;
alter table "conversation_assignee" add constraint "conversation_assignee_organization_id_organization_id_fk" foreign key (organization_id) references
  "organization" (id) on delete cascade;
alter table "conversation_assignee" add constraint "conversation_assignee_conversation_id_conversation_id_fk" foreign key (conversation_id) references
  "conversation" (id) on delete cascade;
alter table "conversation_assignee" add constraint "conversation_assignee_user_id_user_id_fk" foreign key (user_id) references "user" (id) on delete
  cascade;
alter table "conversation_assignee" add constraint "conversation_assignee_assigned_by_user_id_user_id_fk" foreign key (assigned_by_user_id) references
  "user" (id) on delete set null;
alter table "conversation_assignee" add constraint "conversation_assignee_assigned_by_ai_agent_id_ai_agent_id_fk" foreign key
  (assigned_by_ai_agent_id) references "ai_agent" (id) on delete set null;
alter table "conversation_participant" add constraint "conversation_participant_organization_id_organization_id_fk" foreign key (organization_id)
  references "organization" (id) on delete cascade;
alter table "conversation_participant" add constraint "conversation_participant_conversation_id_conversation_id_fk" foreign key (conversation_id)
  references "conversation" (id) on delete cascade;
alter table "conversation_participant" add constraint "conversation_participant_user_id_user_id_fk" foreign key (user_id) references "user" (id) on
  delete cascade;
alter table "conversation_participant" add constraint "conversation_participant_requested_by_user_id_user_id_fk" foreign key (requested_by_user_id)
  references "user" (id) on delete set null;
alter table "conversation_participant" add constraint "conversation_participant_requested_by_ai_agent_id_ai_agent_id_fk" foreign key
  (requested_by_ai_agent_id) references "ai_agent" (id) on delete set null;
alter table "conversation_view" add constraint "conversation_view_organization_id_organization_id_fk" foreign key (organization_id) references
  "organization" (id) on delete cascade;
alter table "conversation_view" add constraint "conversation_view_conversation_id_conversation_id_fk" foreign key (conversation_id) references
  "conversation" (id) on delete cascade;
alter table "conversation_view" add constraint "conversation_view_view_id_view_id_fk" foreign key (view_id) references "view" (id) on delete cascade;
alter table "conversation_view" add constraint "conversation_view_added_by_user_id_user_id_fk" foreign key (added_by_user_id) references "user" (id)
  on delete set null;
alter table "conversation_view" add constraint "conversation_view_added_by_ai_agent_id_ai_agent_id_fk" foreign key (added_by_ai_agent_id) references
  "ai_agent" (id) on delete set null;
alter table "feedback" add constraint "feedback_organization_id_organization_id_fk" foreign key (organization_id) references "organization" (id) on
  delete cascade;
alter table "feedback" add constraint "feedback_website_id_website_id_fk" foreign key (website_id) references "website" (id) on delete cascade;
alter table "feedback" add constraint "feedback_conversation_id_conversation_id_fk" foreign key (conversation_id) references "conversation" (id) on
  delete set null;
alter table "feedback" add constraint "feedback_visitor_id_visitor_id_fk" foreign key (visitor_id) references "visitor" (id) on delete set null;
alter table "feedback" add constraint "feedback_contact_id_contact_id_fk" foreign key (contact_id) references "contact" (id) on delete set null;
alter table "link_source" add constraint "link_source_organization_id_organization_id_fk" foreign key (organization_id) references "organization" (id)
  on delete cascade;
alter table "link_source" add constraint "link_source_website_id_website_id_fk" foreign key (website_id) references "website" (id) on delete cascade;
alter table "link_source" add constraint "link_source_ai_agent_id_ai_agent_id_fk" foreign key (ai_agent_id) references "ai_agent" (id) on delete
  cascade;
alter table "knowledge" add constraint "knowledge_organization_id_organization_id_fk" foreign key (organization_id) references "organization" (id) on
  delete cascade;
alter table "knowledge" add constraint "knowledge_website_id_website_id_fk" foreign key (website_id) references "website" (id) on delete cascade;
alter table "knowledge" add constraint "knowledge_ai_agent_id_ai_agent_id_fk" foreign key (ai_agent_id) references "ai_agent" (id) on delete cascade;
alter table "knowledge" add constraint "knowledge_link_source_id_link_source_id_fk" foreign key (link_source_id) references "link_source" (id) on
  delete cascade;
alter table "knowledge_clarification_request" add constraint "knowledge_clarification_request_organization_id_organization_id_fk" foreign key
  (organization_id) references "organization" (id) on delete cascade;
alter table "knowledge_clarification_request" add constraint "knowledge_clarification_request_website_id_website_id_fk" foreign key (website_id)
  references "website" (id) on delete cascade;
alter table "knowledge_clarification_request" add constraint "knowledge_clarification_request_ai_agent_id_ai_agent_id_fk" foreign key (ai_agent_id)
  references "ai_agent" (id) on delete cascade;
alter table "knowledge_clarification_request" add constraint "knowledge_clarification_request_conversation_id_conversation_id_fk" foreign key
  (conversation_id) references "conversation" (id) on delete set null;
alter table "knowledge_clarification_request" add constraint "knowledge_clarification_request_target_knowledge_id_knowledge_id_fk" foreign key
  (target_knowledge_id) references "knowledge" (id) on delete set null;
alter table "knowledge_clarification_turn" add constraint "knowledge_clarification_turn_request_id_knowledge_clarification_request_id_fk" foreign key
  (request_id) references "knowledge_clarification_request" (id) on delete cascade;
alter table "waiting_list_entry" add constraint "waiting_list_entry_user_id_user_id_fk" foreign key (user_id) references "user" (id) on delete cascade;
create function u(kind text, n int) returns varchar language sql immutable as $$ select upper('01' || substr(md5(kind || n), 1, 24)) $$;
create function c(n int) returns varchar language sql immutable as $$ select upper('CO' || substr(md5('conversation' || n), 1, 16)) $$;
insert into organization (id, name, slug, created_at) values (u('org', 1), 'Acme', 'acme', timestamp '2026-01-15 09:00');
insert into team (id, name, organization_id, created_at) values (u('team', 1), 'Support', u('org', 1), timestamp '2026-01-15 09:00');
insert into website (id, name, slug, domain, whitelisted_domains, installation_target, organization_id, team_id, created_at, updated_at)
  select u('site', n), 'Site ' || n, 'site-' || n, n || '.example.org', '{https://example.org}', 'nextjs', u('org', 1), u('team', 1), timestamp '2026-01-15 10:00', timestamp '2026-01-15 10:00' from generate_series(1, 2) n;
insert into "user" (id, name, email, email_verified, is_anonymous, created_at, updated_at, role, banned) select u('user', n), 'Agent ' || n, n || '@acme.example', true, false, timestamp '2026-02-03 09:00' + n * interval '3 days', timestamp '2026-03-10 09:00' + n * interval '1 hour', 'user',
  case when n = 7 then true when n % 2 = 0 then false end from generate_series(1, 8) n;
insert into session (id, expires_at, token, created_at, updated_at, user_id, active_organization_id) select u('session', n), timestamp '2026-04-10', 't' || n, timestamp '2026-03-10 09:00', timestamp '2026-03-19 09:00', u('user', n), u('org', 1) from generate_series(1, 8) n;
insert into account (id, account_id, provider_id, user_id, created_at, updated_at) select u('account', n), 'a' || n, 'google', u('user', n), timestamp '2026-02-03 09:00', timestamp '2026-02-03 09:00' from generate_series(1, 8) n;
insert into member (id, organization_id, user_id, role, created_at) select u('member', n), u('org', 1), u('user', n), case when n = 1 then 'owner' when n = 4 then 'admin' else 'member' end, timestamp '2026-02-03 09:00' + n * interval '3 days' from generate_series(1, 8) n;
insert into invitation (id, organization_id, email, role, status, expires_at, inviter_id) select u('invitation', n), u('org', 1), 'i' || n || '@acme.example', 'member', 'pending', timestamp '2026-04-01', u('user', 1) from generate_series(1, 3) n;
insert into ai_agent (id, name, base_prompt, model, organization_id, website_id, created_at, updated_at) select u('ai', n), 'Bot ' || n, 'P', 'gpt-5', u('org', 1), u('site', n), timestamp '2026-01-16 09:00', timestamp '2026-01-16 09:00' from generate_series(1, 2) n;
insert into api_key (id, key_type, key, name, organization_id, website_id, created_by, is_active, is_test, created_at, updated_at) select u('key', n), 'public', 'pk_' || n, 'Key', u('org', 1), u('site', n), u('user', 1), true, false, timestamp '2026-01-16 09:00', timestamp '2026-01-16 09:00'
  from generate_series(1, 2) n;
insert into view (id, name, organization_id, website_id, created_at, updated_at) select u('view', n), 'View ' || n, u('org', 1), u('site', 1), timestamp '2026-01-16 09:00', timestamp '2026-01-16 09:00' from generate_series(1, 3) n;
insert into contact (id, external_id, name, email, website_id, organization_id, created_at, updated_at) select u('contact', n), 'ext' || n, case when n % 5 > 0 then 'Customer ' || n end, n || '@example.org', u('site', 1 + n % 2), u('org', 1),
  timestamp '2026-03-18 10:00' - n * interval '20 hours', timestamp '2026-03-18 10:00' from generate_series(1, 24) n;
insert into visitor (id, browser, os, device_type, country, language, timezone, contact_id, organization_id, website_id, is_test, blocked_at, blocked_by_user_id, last_seen_at, created_at, updated_at, deleted_at)
  select u('visitor', n), 'Chrome', 'Windows', 'desktop', 'Germany', 'de', 'Europe/Berlin', case when n <= 24 then u('contact', n) end, u('org', 1), u('site', 1 + n % 2), false, case when n % 15 = 0 then timestamp '2026-03-12 10:00' end, case when n % 15 = 0 then u('user', 2) end,
  timestamp '2026-03-20 10:00' - n * interval '8 hours', timestamp '2026-03-18 09:00' - n * interval '16 hours', timestamp '2026-03-20 10:00' - n * interval '8 hours', case when n % 17 = 0 then timestamp '2026-03-19 10:00' end from generate_series(1, 52) n;
insert into conversation (id, status, priority, organization_id, visitor_id, website_id, sentiment, sentiment_confidence, title, title_source, resolution_time, visitor_rating, visitor_rating_at, started_at, first_response_at, resolved_at, last_message_at,
  resolved_by_user_id, resolved_by_ai_agent_id, escalated_at, escalated_by_ai_agent_id, escalation_reason, created_at, updated_at, deleted_at)
  select c(n), s.x::conversation_status, (array['normal', 'normal', 'low', 'high', 'normal', 'urgent'])[1 + n % 6]::conversation_priority, u('org', 1), u('visitor', 1 + (n * 7) % 50), u('site', 1 + (1 + (n * 7) % 50) % 2),
  (array['positive', 'neutral', 'negative', null])[1 + n % 4]::conversation_sentiment, case when n % 4 < 3 then 0.8 end, case when n % 6 > 0 then 'Title ' || n end, case when n % 6 > 0 then 'ai'::conversation_title_source end,
  case when s.x = 'resolved' then 5400 end, case when r.x then 1 + n % 5 end, case when r.x then t.x + interval '100 minutes' end, t.x, case when n % 7 > 0 then t.x + interval '1 minute' end, case when s.x = 'resolved' then t.x + interval '90 minutes' end, t.x + interval '20 minutes',
  case when s.x = 'resolved' and n % 3 > 0 then u('user', 1 + n % 6) end, case when s.x = 'resolved' and n % 3 = 0 then u('ai', 1) end, case when n % 3 > 0 then t.x + interval '5 minutes' end, case when n % 3 > 0 then u('ai', 1) end,
  case when n % 3 > 0 then 'Asked for a person' end, t.x, t.x + interval '100 minutes', case when n % 12 = 0 then timestamp '2026-03-20 08:00' end
  from generate_series(1, 80) n, lateral (select timestamp '2026-03-20 06:10' - n * interval '10 hours 40 minutes' x) t, lateral (select (array['resolved', 'open', 'resolved', 'resolved', 'spam', 'resolved', 'open', 'resolved'])[1 + n % 8] x) s,
  lateral (select s.x = 'resolved' and n % 3 <> 1 and n % 7 > 0 x) r;
insert into conversation_timeline_item (id, conversation_id, organization_id, visibility, type, text, parts, user_id, visitor_id, ai_agent_id, created_at, deleted_at)
  select u('item', n), c(k), u('org', 1), 'public', 'message', 'Text ' || n, '[{"type": "text", "text": "T"}]', case when turn % 2 = 1 and turn > 2 and k % 3 > 0 then u('user', 1 + k % 6) end, case when turn % 2 = 0 then u('visitor', 1 + (k * 7) % 50) end,
  case when turn % 2 = 1 and not (turn > 2 and k % 3 > 0) then u('ai', 1 + (1 + (k * 7) % 50) % 2) end, timestamp '2026-03-20 06:10' - k * interval '10 hours 40 minutes' + turn * interval '1 minute', case when n % 37 = 0 then timestamp '2026-03-20 07:00' end
  from generate_series(1, 420) n, lateral (select 1 + (n - 1) % 80 k, (n - 1) / 80 turn) y where not (k % 7 = 0 and turn % 2 = 1);
insert into conversation_timeline_item (id, conversation_id, organization_id, visibility, type, text, parts, user_id, created_at)
  select u('note', n), c(n), u('org', 1), 'private', 'message', 'Note ' || n, '[{"type": "text", "text": "N"}]', u('user', 1 + n % 6), timestamp '2026-03-20 06:40' - n * interval '10 hours 40 minutes' from generate_series(1, 80) n where n % 4 = 1;
insert into conversation_timeline_item (id, conversation_id, organization_id, visibility, type, parts, user_id, ai_agent_id, created_at)
  select u('event' || k, n), c(n), u('org', 1), case when k = 2 then 'private' else 'public' end::item_visibility, (array['event', 'tool', 'event'])[k]::conversation_timeline_type, '[{"type": "event", "eventType": "assigned"}]', case when k = 1 then u('user', 1 + n % 6) end,
  case when k > 1 then u('ai', 1) end, timestamp '2026-03-20 06:15' - n * interval '10 hours 40 minutes' + k * interval '1 minute' from generate_series(1, 80) n, generate_series(1, 3) k where (n + k) % 3 > 0;
insert into conversation_seen (id, organization_id, conversation_id, visitor_id, last_seen_at, created_at, updated_at) select u('seen', n), u('org', 1), c(n), u('visitor', 1 + (n * 7) % 50), x, x, x from generate_series(1, 80) n, lateral (select timestamp '2026-03-20 06:30' - n * interval '10 hours 40 minutes' x) t;
insert into conversation_assignee (id, organization_id, conversation_id, user_id, assigned_by_ai_agent_id, assigned_at, unassigned_at, created_at)
  select u('assignee', n), u('org', 1), c(n), u('user', 1 + n % 6), u('ai', 1), x, case when n % 10 = 1 then x + interval '9 minutes' end, x from generate_series(1, 80) n, lateral (select timestamp '2026-03-20 06:16' - n * interval '10 hours 40 minutes' x) t where n % 3 > 0;
insert into conversation_participant (id, organization_id, conversation_id, user_id, status, joined_at, created_at) select u('participant', n), u('org', 1), c(n), u('user', 1 + n % 6), 'active', x, x from generate_series(1, 80) n,
  lateral (select timestamp '2026-03-20 06:16' - n * interval '10 hours 40 minutes' x) t where n % 3 > 0;
insert into conversation_view (id, organization_id, conversation_id, view_id, added_by_ai_agent_id, created_at) select u('tag', n), u('org', 1), c(n), u('view', 1 + n % 3), u('ai', 1), timestamp '2026-03-20 06:20' - n * interval '10 hours 40 minutes' from generate_series(1, 40) n;
insert into feedback (id, organization_id, website_id, conversation_id, visitor_id, contact_id, rating, comment, trigger, source, created_at, updated_at)
  select u('feedback', row_number() over (order by x.id)::int), u('org', 1), x.website_id, x.id, x.visitor_id, v.contact_id, x.visitor_rating, case when x.visitor_rating in (1, 4) then 'Comment ' || x.id end, 'conversation_resolved', 'widget', x.visitor_rating_at, x.visitor_rating_at
  from conversation x join visitor v on v.id = x.visitor_id where x.visitor_rating is not null;
insert into feedback (id, organization_id, website_id, visitor_id, contact_id, rating, topic, comment, trigger, source, created_at, updated_at)
  select u('survey', n), u('org', 1), u('site', 1 + n % 2), u('visitor', n), u('contact', n), 1 + n % 5, case when n % 2 = 0 then 'Feature request' end, 'Product ' || n, case when n % 3 = 0 then 'churn' end, 'widget', t.x, t.x
  from generate_series(1, 14) n, lateral (select timestamp '2026-03-19 10:00' - n * interval '44 hours' x) t;
insert into link_source (id, organization_id, website_id, ai_agent_id, url, status, crawled_pages_count, error_message, created_at, updated_at) select u('link', n), u('org', 1), u('site', 1), u('ai', 1), 'https://example.org/' || n, (array['completed', 'completed', 'failed', 'crawling'])[n]::link_source_status,
  10, case when n = 3 then 'Timeout' end, timestamp '2026-02-10 10:00' + n * interval '4 days', timestamp '2026-03-10 10:00' from generate_series(1, 4) n;
insert into knowledge (id, organization_id, website_id, ai_agent_id, link_source_id, type, source_url, source_title, origin, created_by, content_hash, payload, is_included, size_bytes, created_at, updated_at, deleted_at)
  select u('knowledge', n), u('org', 1), u('site', 1), u('ai', 1), case when k = 'url' then u('link', 1 + n % 2) end, k::knowledge_type, case when k = 'url' then 'https://example.org/p' || n end, 'Title ' || n, case when k = 'url' then 'crawl' else 'manual' end,
  case when k = 'url' then 'system' else 'user_' || u('user', 1 + n % 6) end, md5('k' || n), '{"markdown": "M"}', n % 9 > 0, 800 + n * 13, t.x, t.x + interval '1 hour', case when n % 8 = 0 then timestamp '2026-03-19 10:00' end
  from generate_series(1, 44) n, lateral (select (array['url', 'url', 'faq', 'article'])[1 + n % 4] k) y, lateral (select timestamp '2026-03-18 12:00' - n * interval '18 hours' x) t;
insert into knowledge_clarification_request (id, organization_id, website_id, ai_agent_id, conversation_id, source, status, topic_summary, created_at, updated_at) select u('request', n), u('org', 1), u('site', 1), u('ai', 1), c(n), 'conversation',
  (array['awaiting_answer', 'applied', 'dismissed'])[1 + n % 3]::knowledge_clarification_status, 'Topic ' || n, timestamp '2026-03-18 12:00' - n * interval '18 hours', timestamp '2026-03-18 13:00' from generate_series(1, 15) n;
insert into knowledge_clarification_turn (id, request_id, role, question, free_answer, created_at, updated_at) select u('turn', n), u('request', 1 + n % 15), (array['ai_question', 'human_answer'])[1 + n % 2]::knowledge_clarification_turn_role, 'Q', case when n % 2 = 1 then 'A' end,
  timestamp '2026-03-18 12:10' - n * interval '9 hours', timestamp '2026-03-18 12:10' from generate_series(1, 30) n;
insert into waiting_list_entry (id, user_id, access_granted, unique_referral_code, created_at) select u('wait', n), u('user', n), true, 'r' || n, timestamp '2026-02-01 09:00' from generate_series(1, 4) n;
