# A GPU that is there only while it has something to do: requests wait in a queue of SageMaker's until there is an instance.

locals {
  has_endpoint    = var.endpoint_image != null
  endpoint_name   = "${var.name}-gpu"
  endpoint_prefix = "endpoint"
  variant         = "gpu"

  endpoint_settings = merge(
    {
      FINEXL_STORAGE_REGION   = var.region
      FINEXL_STORAGE_ALLOWED  = local.allowed
      FINEXL_CACHE_LOCATION   = local.answers
      FINEXL_RESULTS_LOCATION = local.results
      # SageMaker asks whom it lets through, and passes no key on.
      FINEXL_ACCESS = "open"
      # SageMaker's disk for the instance is at /tmp.
      FINEXL_STORAGE_CACHE     = "/tmp/finexl/cache"
      FINEXL_MODELS_DIRECTIONS = "/tmp/finexl/directions"
      FINEXL_JOBS_DIRECTORY    = "/tmp/finexl/jobs"
    },
    var.settings,
  )
}

resource "aws_cloudwatch_log_group" "endpoint" {
  count = local.has_endpoint ? 1 : 0

  name              = "/aws/sagemaker/Endpoints/${local.endpoint_name}"
  retention_in_days = var.log_retention_days
}

resource "aws_iam_role" "endpoint" {
  count = local.has_endpoint ? 1 : 0

  name = local.endpoint_name

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account }
      }
    }]
  })
}

resource "aws_iam_role_policy" "endpoint" {
  count = local.has_endpoint ? 1 : 0

  name = "explanations"
  role = aws_iam_role.endpoint[0].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(local.read_models, [
      {
        Sid    = "RequestsAndResults"
        Effect = "Allow"
        Action = ["s3:GetObject", "s3:PutObject"]
        Resource = [
          "${aws_s3_bucket.results.arn}/${local.endpoint_prefix}/*",
          "${aws_s3_bucket.results.arn}/results/*",
          "${aws_s3_bucket.results.arn}/answers/*",
        ]
      },
      {
        Sid      = "ListRequestsAndResults"
        Effect   = "Allow"
        Action   = ["s3:ListBucket"]
        Resource = [aws_s3_bucket.results.arn]
        Condition = {
          StringLikeIfExists = { "s3:prefix" = ["${local.endpoint_prefix}/*", "results/*", "answers/*"] }
        }
      },
      {
        Sid      = "Image"
        Effect   = "Allow"
        Action   = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"]
        Resource = [aws_ecr_repository.images["endpoint"].arn]
      },
      {
        # Can't be granted for one registry.
        Sid      = "Registry"
        Effect   = "Allow"
        Action   = ["ecr:GetAuthorizationToken"]
        Resource = ["*"]
      },
      {
        Sid      = "Log"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
        Resource = ["${aws_cloudwatch_log_group.endpoint[0].arn}:*"]
      },
      {
        # Can't be granted for one metric, but for a namespace.
        Sid      = "Metrics"
        Effect   = "Allow"
        Action   = ["cloudwatch:PutMetricData"]
        Resource = ["*"]
        Condition = {
          StringLike = { "cloudwatch:namespace" = ["AWS/SageMaker", "/aws/sagemaker/*"] }
        }
      },
    ])
  })
}

resource "aws_sagemaker_model" "gpu" {
  count = local.has_endpoint ? 1 : 0

  # A model can't be changed, only replaced, and the endpoint has one until it has the next.
  name               = "${local.endpoint_name}-${substr(sha256(jsonencode([var.endpoint_image, local.endpoint_settings])), 0, 12)}"
  execution_role_arn = aws_iam_role.endpoint[0].arn

  primary_container {
    image       = "${aws_ecr_repository.images["endpoint"].repository_url}:${var.endpoint_image}"
    environment = local.endpoint_settings
  }

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [aws_iam_role_policy.endpoint]
}

resource "aws_sagemaker_endpoint_configuration" "gpu" {
  count = local.has_endpoint ? 1 : 0

  name_prefix = "${local.endpoint_name}-"

  production_variants {
    variant_name           = local.variant
    model_name             = aws_sagemaker_model.gpu[0].name
    instance_type          = var.endpoint_instance
    initial_instance_count = 1
    # SageMaker's default has a driver that is too old for CUDA 12.
    inference_ami_version                             = "al2-ami-sagemaker-inference-gpu-3-1"
    container_startup_health_check_timeout_in_seconds = 900
  }

  async_inference_config {
    client_config {
      # The program explains one after another (FINEXL_HTTP_CONCURRENT); the second is ready when the first ends.
      max_concurrent_invocations_per_instance = 2
    }

    output_config {
      s3_output_path  = "s3://${aws_s3_bucket.results.bucket}/${local.endpoint_prefix}/responses/"
      s3_failure_path = "s3://${aws_s3_bucket.results.bucket}/${local.endpoint_prefix}/failures/"
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_sagemaker_endpoint" "gpu" {
  count = local.has_endpoint ? 1 : 0

  name                 = local.endpoint_name
  endpoint_config_name = aws_sagemaker_endpoint_configuration.gpu[0].name
}

resource "aws_appautoscaling_target" "endpoint" {
  count = local.has_endpoint ? 1 : 0

  service_namespace  = "sagemaker"
  resource_id        = "endpoint/${aws_sagemaker_endpoint.gpu[0].name}/variant/${local.variant}"
  scalable_dimension = "sagemaker:variant:DesiredInstanceCount"
  min_capacity       = 0
  max_capacity       = var.endpoint_instances
}

# Between some instances and none.
resource "aws_appautoscaling_policy" "backlog" {
  count = local.has_endpoint ? 1 : 0

  name               = "${local.endpoint_name}-backlog"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.endpoint[0].service_namespace
  resource_id        = aws_appautoscaling_target.endpoint[0].resource_id
  scalable_dimension = aws_appautoscaling_target.endpoint[0].scalable_dimension

  target_tracking_scaling_policy_configuration {
    # Requests that an instance has before it, itself among them.
    target_value       = 4
    scale_in_cooldown  = var.endpoint_idle_seconds
    scale_out_cooldown = 300

    customized_metric_specification {
      namespace   = "AWS/SageMaker"
      metric_name = "ApproximateBacklogSizePerInstance"
      statistic   = "Average"

      dimensions {
        name  = "EndpointName"
        value = aws_sagemaker_endpoint.gpu[0].name
      }
    }
  }
}

# From none to one: a backlog for each instance says nothing where there is none.
resource "aws_appautoscaling_policy" "wake" {
  count = local.has_endpoint ? 1 : 0

  name               = "${local.endpoint_name}-wake"
  policy_type        = "StepScaling"
  service_namespace  = aws_appautoscaling_target.endpoint[0].service_namespace
  resource_id        = aws_appautoscaling_target.endpoint[0].resource_id
  scalable_dimension = aws_appautoscaling_target.endpoint[0].scalable_dimension

  step_scaling_policy_configuration {
    adjustment_type         = "ChangeInCapacity"
    metric_aggregation_type = "Average"
    cooldown                = 300

    step_adjustment {
      metric_interval_lower_bound = 0
      scaling_adjustment          = 1
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "wake" {
  count = local.has_endpoint ? 1 : 0

  alarm_name          = "${local.endpoint_name}-wake"
  alarm_description   = "Requests wait and there is no instance."
  namespace           = "AWS/SageMaker"
  metric_name         = "HasBacklogWithoutCapacity"
  dimensions          = { EndpointName = aws_sagemaker_endpoint.gpu[0].name }
  statistic           = "Average"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  period              = 60
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "missing"
  alarm_actions       = [aws_appautoscaling_policy.wake[0].arn]
}
