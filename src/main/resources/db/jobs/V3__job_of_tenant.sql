-- A key of a submission is known again for its tenant alone.
ALTER TABLE explanation_job ADD COLUMN tenant VARCHAR(40) DEFAULT 'default' NOT NULL;
ALTER TABLE explanation_job DROP CONSTRAINT explanation_job_once;
ALTER TABLE explanation_job ADD CONSTRAINT explanation_job_once UNIQUE (tenant, idempotency_key);
