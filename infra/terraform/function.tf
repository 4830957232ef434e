# An upload → a message → the function → a result. A message that is not done comes back, and after some attempts is a dead letter.

locals {
  has_function  = var.function_image != null
  function_name = "${var.name}-audit"

  # A message is hidden from other workers for as long as one may be at it. Not for six times that, as is the advice where functions
  # are throttled, which concurrent_audits prevents here: when a worker dies, that would be the time until the next attempt.
  hidden_seconds = var.function_timeout + 60

  function_settings = merge(
    {
      FINEXL_STORAGE_REGION            = var.region
      FINEXL_STORAGE_ALLOWED           = local.allowed
      FINEXL_STORAGE_BUDGET            = "${floor(var.function_disk * 0.75)}M"
      FINEXL_CACHE_LOCATION            = local.answers
      FINEXL_RESULTS_LOCATION          = local.results
      FINEXL_AUDITS_WATCHED            = local.watched
      FINEXL_AUDITS_REQUEST            = jsonencode(var.audit_request)
      FINEXL_AUDITS_RECORDS_LOCATION   = "dynamodb:${aws_dynamodb_table.records.name}"
      FINEXL_AUDITS_RECORDS_REGION     = var.region
      QUARKUS_LOG_CONSOLE_JSON_ENABLED = "true"
    },
    var.settings,
  )
}

resource "aws_sqs_queue" "uploads" {
  name                       = "${var.name}-uploads"
  visibility_timeout_seconds = local.hidden_seconds
  message_retention_seconds  = 14 * 24 * 3600
  sqs_managed_sse_enabled    = true

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letters.arn
    maxReceiveCount     = var.delivery_attempts
  })
}

resource "aws_sqs_queue" "dead_letters" {
  name                      = "${var.name}-dead-letters"
  message_retention_seconds = 14 * 24 * 3600
  sqs_managed_sse_enabled   = true
}

resource "aws_sqs_queue_redrive_allow_policy" "dead_letters" {
  queue_url = aws_sqs_queue.dead_letters.id

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [aws_sqs_queue.uploads.arn]
  })
}

resource "aws_sqs_queue_policy" "uploads" {
  queue_url = aws_sqs_queue.uploads.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "ModelsBucket"
      Effect    = "Allow"
      Principal = { Service = "s3.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.uploads.arn
      Condition = {
        ArnEquals    = { "aws:SourceArn" = local.models_arn }
        StringEquals = { "aws:SourceAccount" = local.account }
      }
    }]
  })
}

resource "aws_s3_bucket_notification" "uploads" {
  bucket = var.models_bucket

  dynamic "queue" {
    for_each = setproduct(sort(var.watched_prefixes), [".safetensors", "/model_index.json"])

    content {
      queue_arn     = aws_sqs_queue.uploads.arn
      events        = ["s3:ObjectCreated:*"]
      filter_prefix = queue.value[0]
      filter_suffix = queue.value[1]
    }
  }

  depends_on = [aws_sqs_queue_policy.uploads]
}

resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  alarm_name          = "${var.name}-dead-letters"
  alarm_description   = "Uploads that could not be audited, after all attempts. The function's log says why; redrive the queue when that is mended."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.dead_letters.name }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_actions
}

resource "aws_cloudwatch_log_group" "function" {
  name              = "/aws/lambda/${local.function_name}"
  retention_in_days = var.log_retention_days
}

resource "aws_iam_role" "function" {
  name = local.function_name

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "function" {
  name = "audits"
  role = aws_iam_role.function.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(local.read_models, [
      {
        Sid      = "Results"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = ["${aws_s3_bucket.results.arn}/results/*", "${aws_s3_bucket.results.arn}/answers/*"]
      },
      {
        # As for models: a result may not be there yet.
        Sid      = "ListResults"
        Effect   = "Allow"
        Action   = ["s3:ListBucket"]
        Resource = [aws_s3_bucket.results.arn]
        Condition = {
          StringLikeIfExists = { "s3:prefix" = ["results/*", "answers/*"] }
        }
      },
      {
        # Each step of a record is one conditional update.
        Sid      = "Records"
        Effect   = "Allow"
        Action   = ["dynamodb:UpdateItem"]
        Resource = [aws_dynamodb_table.records.arn]
      },
      {
        Sid      = "Uploads"
        Effect   = "Allow"
        Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
        Resource = [aws_sqs_queue.uploads.arn]
      },
      {
        Sid      = "Log"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["${aws_cloudwatch_log_group.function.arn}:*"]
      },
    ])
  })
}

resource "aws_lambda_function" "audit" {
  count = local.has_function ? 1 : 0

  function_name = local.function_name
  description   = "Explains what uploaded personalized image models do differently from their base."
  role          = aws_iam_role.function.arn
  package_type  = "Image"
  image_uri     = "${aws_ecr_repository.images["function"].repository_url}:${var.function_image}"
  architectures = [var.function_architecture]
  memory_size   = var.function_memory
  timeout       = var.function_timeout

  ephemeral_storage {
    size = var.function_disk
  }

  environment {
    variables = local.function_settings
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.function.name
  }

  depends_on = [aws_iam_role_policy.function, aws_ecr_repository_policy.function]
}

resource "aws_lambda_event_source_mapping" "uploads" {
  count = local.has_function ? 1 : 0

  event_source_arn        = aws_sqs_queue.uploads.arn
  function_name           = aws_lambda_function.audit[0].arn
  function_response_types = ["ReportBatchItemFailures"]
  # An audit takes as long as it is let, so it has an invocation of its own.
  batch_size = 1

  scaling_config {
    maximum_concurrency = var.concurrent_audits
  }
}
