# What is deployed, without an account: the provider is played.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::company-models", region = "eu-central-1" }
  }

  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::results" }
  }

  mock_resource "aws_sqs_queue" {
    defaults = { arn = "arn:aws:sqs:eu-central-1:123456789012:queue" }
  }

  mock_resource "aws_dynamodb_table" {
    defaults = { arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/finexl-records" }
  }

  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:group" }
  }

  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/role" }
  }

  mock_resource "aws_ecr_repository" {
    defaults = { arn = "arn:aws:ecr:eu-central-1:123456789012:repository/image", repository_url = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/image" }
  }

  mock_resource "aws_lambda_function" {
    defaults = { arn = "arn:aws:lambda:eu-central-1:123456789012:function:finexl-audit" }
  }

  mock_resource "aws_appautoscaling_policy" {
    defaults = { arn = "arn:aws:autoscaling:eu-central-1:123456789012:scalingPolicy:wake" }
  }

  mock_resource "aws_sfn_state_machine" {
    defaults = { arn = "arn:aws:states:eu-central-1:123456789012:stateMachine:finexl-audit-folder" }
  }
}

variables {
  region           = "eu-central-1"
  models_bucket    = "company-models"
  watched_prefixes = ["loras/", "uploads/models/"]
  base_prefixes    = ["bases/"]
  audit_request    = { base = "s3://company-models/bases/sd15", encoder = "s3://company-models/bases/clip" }
}

run "registries_come_before_images" {
  assert {
    condition     = length(aws_lambda_function.audit) == 0 && length(aws_sfn_state_machine.bulk) == 0 && length(aws_sagemaker_endpoint.gpu) == 0
    error_message = "Something needs an image that nobody can have pushed yet."
  }

  assert {
    condition     = toset(keys(output.registries)) == toset(["function", "endpoint"])
    error_message = "There must be a registry for each image."
  }

  assert {
    condition     = aws_s3_bucket_notification.uploads.bucket == "company-models" && length(aws_s3_bucket_notification.uploads.queue) == 4
    error_message = "Uploads must wait in the queue until there is a function."
  }
}

run "all" {
  variables {
    function_image = "1.0"
    endpoint_image = "1.0"
  }

  # Queue

  assert {
    condition     = aws_sqs_queue.uploads.visibility_timeout_seconds > aws_lambda_function.audit[0].timeout
    error_message = "A message must not come back while the function may be at it."
  }

  assert {
    condition     = jsondecode(aws_sqs_queue.uploads.redrive_policy).maxReceiveCount == 5
    error_message = "Messages that fail for good must become dead letters."
  }

  assert {
    condition     = aws_lambda_event_source_mapping.uploads[0].function_response_types == toset(["ReportBatchItemFailures"])
    error_message = "The function answers with the messages that failed."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_sqs_queue_policy.uploads.policy).Statement :
      statement.Condition.ArnEquals["aws:SourceArn"] == "arn:aws:s3:::company-models" && statement.Condition.StringEquals["aws:SourceAccount"] == "123456789012"
    ])
    error_message = "Only the models' bucket may write to the queue."
  }

  # Records, as the program writes them

  assert {
    condition     = aws_dynamodb_table.records.hash_key == "id" && one(aws_dynamodb_table.records.ttl).attribute_name == "expires" && one(aws_dynamodb_table.records.ttl).enabled
    error_message = "DynamoIdempotencyStore has the key id and lets records expire by expires."
  }

  assert {
    condition     = aws_lambda_function.audit[0].environment[0].variables.FINEXL_AUDITS_RECORDS_LOCATION == "dynamodb:finexl-records"
    error_message = "The function must use the table."
  }

  # Settings

  assert {
    condition     = aws_lambda_function.audit[0].environment[0].variables.FINEXL_AUDITS_WATCHED == "s3://company-models/loras,s3://company-models/uploads/models"
    error_message = "The function must watch the watched folders."
  }

  assert {
    condition     = aws_lambda_function.audit[0].environment[0].variables.FINEXL_STORAGE_ALLOWED == "s3://company-models/bases,s3://company-models/loras,s3://company-models/uploads/models"
    error_message = "The function must be able to read bases."
  }

  assert {
    condition     = jsondecode(aws_lambda_function.audit[0].environment[0].variables.FINEXL_AUDITS_REQUEST).encoder == "s3://company-models/bases/clip"
    error_message = "The request must arrive as JSON."
  }

  assert {
    condition     = aws_lambda_function.audit[0].environment[0].variables.FINEXL_STORAGE_BUDGET == "7680M"
    error_message = "Downloaded models must leave room in /tmp."
  }

  # Privileges

  assert {
    condition = toset(flatten([for s in jsondecode(aws_iam_role_policy.function.policy).Statement : s.Action])) == toset([
      "s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:ListBucket", "dynamodb:UpdateItem", "sqs:ReceiveMessage",
      "sqs:DeleteMessage", "sqs:GetQueueAttributes", "logs:CreateLogStream", "logs:PutLogEvents",
    ])
    error_message = "The function may do more, or less, than it does."
  }

  assert {
    condition = toset(flatten([for s in jsondecode(aws_iam_role_policy.function.policy).Statement : s.Resource if contains(s.Action, "s3:GetObject") || contains(s.Action, "s3:PutObject")])) == toset([
      "arn:aws:s3:::company-models/bases/*", "arn:aws:s3:::company-models/loras/*", "arn:aws:s3:::company-models/uploads/models/*", "arn:aws:s3:::results/results/*", "arn:aws:s3:::results/answers/*",
    ])
    error_message = "The function may read or write elsewhere."
  }

  assert {
    condition     = alltrue([for s in jsondecode(aws_iam_role_policy.function.policy).Statement : !strcontains(join(" ", s.Resource), "company-models") if contains(s.Action, "s3:PutObject")])
    error_message = "Nothing may be written to the models' bucket."
  }

  assert {
    condition = alltrue([
      for s in concat(
        jsondecode(aws_iam_role_policy.function.policy).Statement,
        jsondecode(aws_iam_role_policy.bulk[0].policy).Statement,
        jsondecode(aws_iam_role_policy.endpoint[0].policy).Statement,
      ) : !contains(s.Resource, "*") if !contains(["Registry", "Metrics"], s.Sid)
    ])
    error_message = "A statement is about everything."
  }

  assert {
    condition = alltrue([
      for s in concat(
        jsondecode(aws_iam_role_policy.function.policy).Statement,
        jsondecode(aws_iam_role_policy.bulk[0].policy).Statement,
        jsondecode(aws_iam_role_policy.endpoint[0].policy).Statement,
      ) : can(s.Condition.StringLike["s3:prefix"]) || can(s.Condition.StringLikeIfExists["s3:prefix"]) if contains(s.Action, "s3:ListBucket")
    ])
    error_message = "A bucket may be listed as a whole."
  }

  # Results

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.results.block_public_acls, aws_s3_bucket_public_access_block.results.block_public_policy,
      aws_s3_bucket_public_access_block.results.ignore_public_acls, aws_s3_bucket_public_access_block.results.restrict_public_buckets,
    ])
    error_message = "Results may become public."
  }

  assert {
    condition     = length(aws_s3_bucket_lifecycle_configuration.results.rule[0].expiration) == 0
    error_message = "Results are kept unless it is said otherwise."
  }

  # Folders

  assert {
    condition     = jsondecode(aws_sfn_state_machine.bulk[0].definition).States["Each object"].ItemProcessor.ProcessorConfig.Mode == "DISTRIBUTED"
    error_message = "An inline map takes forty at a time."
  }

  assert {
    condition     = jsondecode(aws_sfn_state_machine.bulk[0].definition).States["Each object"].ItemProcessor.States.Audit.Arguments.FunctionName == aws_lambda_function.audit[0].arn
    error_message = "The state machine must invoke the function."
  }

  # Endpoint

  assert {
    condition     = aws_appautoscaling_target.endpoint[0].min_capacity == 0 && aws_appautoscaling_target.endpoint[0].resource_id == "endpoint/finexl-gpu/variant/gpu"
    error_message = "The endpoint must be able to have no instance."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.wake[0].metric_name == "HasBacklogWithoutCapacity" && aws_cloudwatch_metric_alarm.wake[0].alarm_actions == toset([aws_appautoscaling_policy.wake[0].arn])
    error_message = "Nothing wakes an endpoint without instances."
  }
}

run "what_does_not_fit_is_refused" {
  command = plan

  variables {
    models_bucket     = "s3://company-models"
    watched_prefixes  = ["loras", "loras/"]
    audit_request     = { encoder = "mini-clip" }
    settings          = { PATH = "/" }
    endpoint_instance = "ml.m5.xlarge"
    function_timeout  = 901
  }

  expect_failures = [
    var.models_bucket, var.watched_prefixes, var.audit_request, var.settings, var.endpoint_instance, var.function_timeout,
  ]
}

run "folders_within_each_other_are_refused" {
  command = plan

  variables {
    watched_prefixes = ["loras/", "loras/new/"]
  }

  expect_failures = [var.watched_prefixes]
}

run "a_bucket_elsewhere_is_refused" {
  command = plan

  variables {
    region = "us-east-1"
  }

  expect_failures = [data.aws_s3_bucket.models]
}

run "results_expire_if_they_are_to" {
  command = plan

  variables {
    results_retention_days = 90
  }

  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.results.rule[0].expiration[0].days == 90
    error_message = "Results do not expire."
  }
}

run "an_encrypted_bucket_can_be_read" {
  variables {
    models_kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/1"
  }

  assert {
    condition     = contains(flatten([for s in jsondecode(aws_iam_role_policy.function.policy).Statement : s.Resource if contains(s.Action, "kms:Decrypt")]), "arn:aws:kms:eu-central-1:123456789012:key/1")
    error_message = "The function cannot decrypt models."
  }
}
