-- Comparisons are jobs as well; what was there before are explanations.
ALTER TABLE explanation_job ADD COLUMN kind VARCHAR(12) DEFAULT 'explanation' NOT NULL;
