output "registries" {
  description = "Where the images are pushed to: function is infra/docker/Dockerfile.lambda, endpoint is Dockerfile.gpu."
  value       = { for name, registry in aws_ecr_repository.images : name => registry.repository_url }
}

output "results" {
  description = "Where the results of audits and explanations are."
  value       = local.results
}

output "function" {
  description = "Name of the function, which also takes a request as it is; null without an image."
  value       = one(aws_lambda_function.audit[*].function_name)
}

output "uploads_queue" {
  description = "URL of the queue of uploads."
  value       = aws_sqs_queue.uploads.url
}

output "dead_letters_queue" {
  description = "URL of the queue of uploads that could not be audited."
  value       = aws_sqs_queue.dead_letters.url
}

output "audit_folder" {
  description = "ARN of the state machine that audits a whole folder; null without a function's image."
  value       = one(aws_sfn_state_machine.bulk[*].arn)
}

output "endpoint" {
  description = "Name of the endpoint for invoke-endpoint-async, and where its requests are read from; null without an image."
  value = local.has_endpoint ? {
    name     = aws_sagemaker_endpoint.gpu[0].name
    requests = "s3://${aws_s3_bucket.results.bucket}/${local.endpoint_prefix}/requests/"
  } : null
}
