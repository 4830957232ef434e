-- Null is what the configuration says of all tenants.
ALTER TABLE tenant ADD COLUMN requests_per_minute BIGINT;
ALTER TABLE tenant ADD COLUMN concurrent_explanations BIGINT;
ALTER TABLE tenant ADD COLUMN images_per_day BIGINT;
ALTER TABLE tenant ADD COLUMN evaluations_per_day BIGINT;
