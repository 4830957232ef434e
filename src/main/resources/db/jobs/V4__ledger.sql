-- What explanations cost, a line for each that was made. Only ever added to, and outlives the jobs.
CREATE TABLE usage_line (
    seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    explanation VARCHAR(22) NOT NULL,
    tenant VARCHAR(40) NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE DEFAULT CURRENT_TIMESTAMP NOT NULL,
    request_hash VARCHAR(64) NOT NULL,
    images INTEGER NOT NULL,
    evaluations BIGINT NOT NULL,
    cpu_seconds DOUBLE PRECISION NOT NULL,
    gpu_seconds DOUBLE PRECISION NOT NULL,
    cached BOOLEAN NOT NULL,
    price NUMERIC(18, 6) NOT NULL,
    currency VARCHAR(3) NOT NULL,
    CONSTRAINT usage_line_once UNIQUE (explanation)
);

CREATE INDEX usage_line_of_tenant ON usage_line (tenant, ended_at);
