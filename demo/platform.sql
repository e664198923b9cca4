-- The reference platform's tables, as its migrations leave them (conversations.metadata is absent there too),
-- and the tickets contract that gendash proposes. Used by the demo and by tests.

create table users (
    id uuid primary key,
    email varchar(255) not null unique,
    hashed_password varchar(255) not null,
    role varchar(50) not null default 'user',
    is_active boolean not null default true,
    first_name varchar(255),
    last_name varchar(255),
    phone_number varchar(50),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index ix_users_role on users (role);

create table conversations (
    id uuid primary key,
    user_id uuid references users (id) on delete set null,
    title varchar(500),
    call_start_time timestamptz,
    call_end_time timestamptz,
    call_duration_seconds double precision,
    room_name varchar(255),
    is_voice_conversation boolean not null default false,
    phone_number varchar(50),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index ix_conversations_user_id on conversations (user_id);

create table messages (
    id uuid primary key,
    conversation_id uuid not null references conversations (id) on delete cascade,
    role varchar(50) not null,
    content text not null,
    metadata jsonb,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index ix_messages_conversation_id on messages (conversation_id);

create table feedback (
    id uuid primary key,
    message_id uuid not null references messages (id) on delete cascade,
    user_id uuid not null references users (id) on delete cascade,
    rating integer not null constraint check_rating_range check (rating between 1 and 5),
    comment text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create unique index ix_feedback_message_id on feedback (message_id);

create table documents (
    id uuid primary key,
    user_id uuid not null references users (id) on delete cascade,
    title varchar(500) not null,
    filename varchar(500) not null,
    file_type varchar(50),
    file_size integer,
    file_hash varchar(64),
    status varchar(50) not null default 'done',
    chunk_count integer not null,
    qdrant_collection varchar(255),
    metadata jsonb,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create unique index ix_documents_file_hash on documents (file_hash);
create index ix_documents_status on documents (status);
create index ix_documents_user_id on documents (user_id);

create table analytics_events (
    id uuid primary key,
    user_id uuid references users (id) on delete set null,
    event_type varchar(100) not null,
    event_data jsonb not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index ix_analytics_events_event_type on analytics_events (event_type);

create table tickets (
    id uuid primary key default gen_random_uuid(),
    conversation_id uuid references conversations (id) on delete set null,
    created_by uuid references users (id) on delete set null,
    assigned_to uuid references users (id) on delete set null,
    category varchar(100),
    title varchar(500) not null,
    status varchar(50) not null default 'open' check (status in ('open', 'in_progress', 'resolved', 'closed')),
    priority varchar(50) not null default 'medium' check (priority in ('low', 'medium', 'high', 'urgent')),
    first_response_at timestamptz,
    resolved_at timestamptz,
    closed_at timestamptz,
    sla_due_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    check (resolved_at >= created_at)
);

create table ticket_status_history (
    id bigint generated always as identity primary key,
    ticket_id uuid not null references tickets (id) on delete cascade,
    from_status varchar(50),
    to_status varchar(50) not null,
    changed_at timestamptz not null default now(),
    changed_by uuid
);
create index ix_ticket_status_history_ticket_id on ticket_status_history (ticket_id);
