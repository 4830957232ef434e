-- Spoken by H2 and PostgreSQL alike. What the columns mean for who may work on a job is said in JobStore.
CREATE TABLE explanation_job (
    id VARCHAR(22) PRIMARY KEY,
    seq BIGINT GENERATED ALWAYS AS IDENTITY,
    state VARCHAR(10) NOT NULL,
    request TEXT NOT NULL,
    request_hash VARCHAR(64) NOT NULL,
    idempotency_key VARCHAR(255),
    place VARCHAR(36),
    attempt INTEGER DEFAULT 0 NOT NULL,
    losses INTEGER DEFAULT 0 NOT NULL,
    owner VARCHAR(36),
    lease_until TIMESTAMP WITH TIME ZONE,
    cancel_requested BOOLEAN DEFAULT FALSE NOT NULL,
    progress TEXT,
    result TEXT,
    problem TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT CURRENT_TIMESTAMP NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE,
    finished_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT explanation_job_once UNIQUE (idempotency_key)
);

CREATE INDEX explanation_job_line ON explanation_job (state, seq);
