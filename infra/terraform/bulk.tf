# Audits all that is in a watched folder, thousands of models at a time. Start it with {"prefix": "loras/"}.

locals {
  bulk_name   = "${var.name}-audit-folder"
  bulk_arn    = "arn:${local.partition}:states:${var.region}:${local.account}:stateMachine:${local.bulk_name}"
  bulk_prefix = "folders"

  bulk_definition = {
    Comment       = "Audits each LoRA and each model directory of a folder. What has been audited in the same state is not audited again."
    QueryLanguage = "JSONata"
    StartAt       = "Each object"
    States = {
      "Each object" = {
        Type  = "Map"
        Label = "Object"
        ItemReader = {
          Resource = "arn:${local.partition}:states:::s3:listObjectsV2"
          Arguments = {
            Bucket = var.models_bucket
            Prefix = "{% $states.input.prefix %}"
          }
        }
        MaxConcurrency             = var.bulk_concurrency
        ToleratedFailurePercentage = var.bulk_tolerated_percentage
        ItemProcessor = {
          # The others end after five minutes.
          ProcessorConfig = { Mode = "DISTRIBUTED", ExecutionType = "STANDARD" }
          StartAt         = "Is it a model?"
          States = {
            "Is it a model?" = {
              Type    = "Choice"
              Default = "No"
              Choices = [{
                Condition = "{% $contains($states.input.Key, /\\/([^\\/]+[.]safetensors|model_index[.]json)$/) %}"
                Next      = "Audit"
              }]
            }
            No = { Type = "Succeed" }
            Audit = {
              Type     = "Task"
              Resource = "arn:${local.partition}:states:::lambda:invoke"
              Arguments = {
                FunctionName = one(aws_lambda_function.audit[*].arn)
                # As EventBridge tells of an upload. Lists have ETags alone, so in a bucket that keeps versions what was audited when it
                # was uploaded, by its version, is audited once more.
                Payload = {
                  source        = "aws.s3"
                  "detail-type" = "Object Created"
                  detail = {
                    bucket = { name = var.models_bucket }
                    object = { key = "{% $states.input.Key %}", etag = "{% $states.input.Etag ? $states.input.Etag : $states.input.ETag %}" }
                  }
                }
              }
              TimeoutSeconds = var.function_timeout + 60
              Output         = "{% $states.result.Payload %}"
              Retry = [
                {
                  ErrorEquals     = ["Lambda.TooManyRequestsException", "Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException"]
                  IntervalSeconds = 5
                  BackoffRate     = 2
                  MaxDelaySeconds = 300
                  MaxAttempts     = 10
                  JitterStrategy  = "FULL"
                },
                {
                  # Another worker is at it, storage does not answer, or the time was up.
                  ErrorEquals     = ["States.ALL"]
                  IntervalSeconds = 60
                  BackoffRate     = 2
                  MaxAttempts     = 3
                  JitterStrategy  = "FULL"
                },
              ]
              End = true
            }
          }
        }
        ResultWriter = {
          Resource = "arn:${local.partition}:states:::s3:putObject"
          Arguments = {
            Bucket = aws_s3_bucket.results.bucket
            Prefix = local.bulk_prefix
          }
        }
        End = true
      }
    }
  }
}

resource "aws_iam_role" "bulk" {
  count = local.has_function ? 1 : 0

  name = local.bulk_name

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "states.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        ArnEquals    = { "aws:SourceArn" = local.bulk_arn }
        StringEquals = { "aws:SourceAccount" = local.account }
      }
    }]
  })
}

resource "aws_iam_role_policy" "bulk" {
  count = local.has_function ? 1 : 0

  name = "audit-folder"
  role = aws_iam_role.bulk[0].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "ListModels"
        Effect   = "Allow"
        Action   = ["s3:ListBucket"]
        Resource = [local.models_arn]
        Condition = {
          StringLike = { "s3:prefix" = [for p in sort(var.watched_prefixes) : "${p}*"] }
        }
      },
      {
        Sid      = "Audit"
        Effect   = "Allow"
        Action   = ["lambda:InvokeFunction"]
        Resource = [aws_lambda_function.audit[0].arn]
      },
      {
        Sid      = "WriteSummary"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject", "s3:ListMultipartUploadParts", "s3:AbortMultipartUpload"]
        Resource = ["${aws_s3_bucket.results.arn}/${local.bulk_prefix}/*"]
      },
      {
        Sid      = "StartChildren"
        Effect   = "Allow"
        Action   = ["states:StartExecution"]
        Resource = [local.bulk_arn]
      },
      {
        Sid      = "WatchChildren"
        Effect   = "Allow"
        Action   = ["states:DescribeExecution", "states:StopExecution", "states:RedriveExecution"]
        Resource = ["arn:${local.partition}:states:${var.region}:${local.account}:execution:${local.bulk_name}/*"]
      },
    ]
  })
}

resource "aws_sfn_state_machine" "bulk" {
  count = local.has_function ? 1 : 0

  name       = local.bulk_name
  role_arn   = aws_iam_role.bulk[0].arn
  definition = jsonencode(local.bulk_definition)

  depends_on = [aws_iam_role_policy.bulk]
}
