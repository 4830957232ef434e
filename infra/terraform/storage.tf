data "aws_s3_bucket" "models" {
  bucket = var.models_bucket

  lifecycle {
    postcondition {
      condition     = self.region == var.region
      error_message = "The bucket ${var.models_bucket} is in ${self.region}, not in ${var.region}: it could not tell the queue of its uploads."
    }
  }
}

locals {
  models_arn    = data.aws_s3_bucket.models.arn
  read_prefixes = setunion(var.watched_prefixes, var.base_prefixes)
  # As the program writes them: without the slash at the end, which there means the same.
  watched = join(",", [for p in sort(var.watched_prefixes) : "s3://${var.models_bucket}/${trimsuffix(p, "/")}"])
  allowed = join(",", [for p in sort(local.read_prefixes) : "s3://${var.models_bucket}/${trimsuffix(p, "/")}"])

  results = "s3://${aws_s3_bucket.results.bucket}/results"
  # What the function and the endpoint remember for each other: pictures of bases that were measured, concepts and explanations.
  answers = "s3://${aws_s3_bucket.results.bucket}/answers"

  # Reading models, for the function and the endpoint alike.
  read_models = concat(
    [
      {
        Sid      = "ReadModels"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:GetObjectVersion"]
        Resource = [for p in sort(local.read_prefixes) : "${local.models_arn}/${p}*"]
      },
      {
        # Model directories are listed. And a file that is not there, such as an audit.json, is told from one that is forbidden only to
        # those who may list it: asking for it names no prefix, hence IfExists.
        Sid      = "ListModels"
        Effect   = "Allow"
        Action   = ["s3:ListBucket"]
        Resource = [local.models_arn]
        Condition = {
          StringLikeIfExists = { "s3:prefix" = [for p in sort(local.read_prefixes) : "${p}*"] }
        }
      },
    ],
    var.models_kms_key_arn == null ? [] : [
      {
        Sid      = "DecryptModels"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = [var.models_kms_key_arn]
        Condition = {
          StringEquals = { "kms:ViaService" = "s3.${var.region}.amazonaws.com" }
        }
      },
    ],
  )
}

resource "aws_s3_bucket" "results" {
  bucket = "${var.name}-results-${local.account}-${var.region}"
}

resource "aws_s3_bucket_ownership_controls" "results" {
  bucket = aws_s3_bucket.results.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "results" {
  bucket                  = aws_s3_bucket.results.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "results" {
  bucket = aws_s3_bucket.results.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_versioning" "results" {
  bucket = aws_s3_bucket.results.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "results" {
  bucket = aws_s3_bucket.results.id

  rule {
    id     = "tidy"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }

    noncurrent_version_expiration {
      noncurrent_days = 30
    }

    dynamic "expiration" {
      for_each = var.results_retention_days == null ? [] : [var.results_retention_days]

      content {
        days = expiration.value
      }
    }
  }

  # Can all be computed again.
  rule {
    id     = "forget"
    status = "Enabled"

    filter {
      prefix = "answers/"
    }

    expiration {
      days = 90
    }
  }

  depends_on = [aws_s3_bucket_versioning.results]
}

resource "aws_s3_bucket_policy" "results" {
  bucket = aws_s3_bucket.results.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OnlyEncryptedConnections"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.results.arn, "${aws_s3_bucket.results.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })

  depends_on = [aws_s3_bucket_public_access_block.results]
}

# Who has done what: one record for each audit, in the form that the program's DynamoIdempotencyStore writes.
resource "aws_dynamodb_table" "records" {
  name         = "${var.name}-records"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }

  ttl {
    attribute_name = "expires"
    enabled        = true
  }

  server_side_encryption {
    enabled = true
  }

  point_in_time_recovery {
    enabled = true
  }
}

resource "aws_ecr_repository" "images" {
  for_each = toset(["function", "endpoint"])

  name                 = "${var.name}/${each.key}"
  image_tag_mutability = "IMMUTABLE"

  image_scanning_configuration {
    scan_on_push = true
  }
}

# Lambda pulls the image anew when it has not been used for long.
resource "aws_ecr_repository_policy" "function" {
  repository = aws_ecr_repository.images["function"].name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Lambda"
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
      Condition = {
        StringLike = { "aws:SourceArn" = "arn:${local.partition}:lambda:${var.region}:${local.account}:function:${var.name}-*" }
      }
    }]
  })
}
