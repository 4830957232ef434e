-- Spoken by H2 and PostgreSQL alike. Of a key only its hash is here, and what is needed to talk about it.
CREATE TABLE tenant (
    name VARCHAR(40) PRIMARY KEY,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT CURRENT_TIMESTAMP NOT NULL
);

CREATE TABLE api_key (
    prefix VARCHAR(16) PRIMARY KEY,
    hash VARCHAR(64) NOT NULL,
    tenant VARCHAR(40) NOT NULL REFERENCES tenant (name),
    scopes VARCHAR(100) NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT CURRENT_TIMESTAMP NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE,
    revoked_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT api_key_hash UNIQUE (hash)
);

-- Only ever added to.
CREATE TABLE admin_action (
    seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    done_at TIMESTAMP WITH TIME ZONE DEFAULT CURRENT_TIMESTAMP NOT NULL,
    actor VARCHAR(200) NOT NULL,
    action VARCHAR(40) NOT NULL,
    tenant VARCHAR(40) NOT NULL,
    key_prefix VARCHAR(16),
    detail VARCHAR(1000) NOT NULL
);
