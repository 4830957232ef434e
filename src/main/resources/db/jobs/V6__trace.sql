-- Of what its caller has said that an explanation is a part (W3C Trace Context).
ALTER TABLE explanation_job ADD COLUMN traceparent VARCHAR(55);
