variable "region" {
  description = "Region of all resources, and of the models' bucket."
  type        = string
}

variable "name" {
  description = "What the names of all resources begin with, so that one account can have several."
  type        = string
  default     = "finexl"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,29}$", var.name)) && !endswith(var.name, "-")
    error_message = "name must have 2 to 30 lower-case letters, digits and hyphens, and begin with a letter."
  }
}

variable "tags" {
  description = "Tags of all resources."
  type        = map(string)
  default     = {}
}

# Models

variable "models_bucket" {
  description = "Name of the bucket to which models are uploaded. It exists already. Its event notifications become those of this configuration: others that it has are removed, so bring them here first. Where it keeps versions, each version is audited."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.models_bucket))
    error_message = "models_bucket must be the name of a bucket, without s3://."
  }
}

variable "watched_prefixes" {
  description = "Folders of the models' bucket below which an uploaded LoRA (.safetensors) or model directory (its model_index.json) is audited; each ends with a slash. S3 refuses prefixes that overlap."
  type        = set(string)

  validation {
    condition     = length(var.watched_prefixes) > 0 && alltrue([for p in var.watched_prefixes : can(regex("^([A-Za-z0-9!_.'()-]+/)+$", p))])
    error_message = "watched_prefixes must name at least one folder, like loras/, of letters, digits and !_.'()- alone."
  }

  validation {
    condition     = alltrue([for p in var.watched_prefixes : alltrue([for q in var.watched_prefixes : p == q || !startswith(q, p)])])
    error_message = "watched_prefixes must not lie within each other."
  }

  validation {
    condition     = length(var.watched_prefixes) <= 50
    error_message = "S3 takes 100 notifications of a bucket, which are two for each of watched_prefixes."
  }
}

variable "base_prefixes" {
  description = "Further folders of the models' bucket that may be read and whose uploads ask for no audit: base models and encoders. Each ends with a slash."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for p in var.base_prefixes : can(regex("^([A-Za-z0-9!_.'()-]+/)+$", p))])
    error_message = "base_prefixes must be folders, like bases/, of letters, digits and !_.'()- alone."
  }
}

variable "models_kms_key_arn" {
  description = "Key with which the models' bucket is encrypted; null for S3's own."
  type        = string
  default     = null
}

variable "audit_request" {
  description = "What audits have in common, as the fields of a request: at least the base of LoRAs, by default the bundled miniature. A base in the bucket is s3://BUCKET/FOLDER and needs an encoder."
  type        = any
  default     = { base = "mini-diffusion" }

  validation {
    condition     = can(var.audit_request.base)
    error_message = "audit_request must have a base."
  }
}

variable "settings" {
  description = "Further settings of the program by the names of their environment variables, for the function and the endpoint alike. No secrets: whoever may look at the function sees them."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for k in keys(var.settings) : can(regex("^(FINEXL|QUARKUS)_[A-Z0-9_]+$", k))])
    error_message = "settings must have names like FINEXL_SAMPLING_BATCH."
  }
}

# Results

variable "results_retention_days" {
  description = "Days after which results are deleted; null keeps them. What was replaced is kept for 30 days."
  type        = number
  default     = null

  validation {
    condition     = var.results_retention_days == null ? true : var.results_retention_days >= 1
    error_message = "results_retention_days must be 1 or more, or null."
  }
}

variable "log_retention_days" {
  description = "Days that logs are kept, one of the numbers that CloudWatch takes."
  type        = number
  default     = 30

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1827, 3653], var.log_retention_days)
    error_message = "log_retention_days must be one of the numbers that CloudWatch takes, such as 30 or 365."
  }
}

variable "alarm_actions" {
  description = "ARNs of what is to be told when an audit has failed for good, such as an SNS topic."
  type        = list(string)
  default     = []
}

# Function

variable "function_image" {
  description = "Tag of the function's image in its registry (output registries); null until one has been pushed, and nothing that needs it is made."
  type        = string
  default     = null
}

variable "function_architecture" {
  description = "Processor of the function, and of the machine that its image was built on."
  type        = string
  default     = "x86_64"

  validation {
    condition     = contains(["x86_64", "arm64"], var.function_architecture)
    error_message = "function_architecture must be x86_64 or arm64."
  }
}

variable "function_memory" {
  description = "Memory of the function in MiB. Processors come with it: one for each 1769 MiB."
  type        = number
  default     = 4096

  validation {
    condition     = var.function_memory >= 1024 && var.function_memory <= 10240
    error_message = "function_memory must be 1024 to 10240."
  }
}

variable "function_disk" {
  description = "Size of the function's /tmp in MiB. Three quarters of it are for downloaded models."
  type        = number
  default     = 10240

  validation {
    condition     = var.function_disk >= 1024 && var.function_disk <= 10240
    error_message = "function_disk must be 1024 to 10240."
  }
}

variable "function_timeout" {
  description = "Seconds that an audit may take. Near the end it answers with what is certain by then."
  type        = number
  default     = 900

  validation {
    condition     = var.function_timeout >= 60 && var.function_timeout <= 900
    error_message = "function_timeout must be 60 to 900."
  }
}

variable "concurrent_audits" {
  description = "Audits of uploads at the same time."
  type        = number
  default     = 10

  validation {
    condition     = var.concurrent_audits >= 2 && var.concurrent_audits <= 1000
    error_message = "concurrent_audits must be 2 to 1000, as SQS has it."
  }
}

variable "delivery_attempts" {
  description = "Times that an upload is handed to the function before it goes to the dead letters."
  type        = number
  default     = 5

  validation {
    condition     = var.delivery_attempts >= 2 && var.delivery_attempts <= 100
    error_message = "delivery_attempts must be 2 to 100."
  }
}

# Audits of all that is there

variable "bulk_concurrency" {
  description = "Audits at the same time when a whole folder is audited."
  type        = number
  default     = 50

  validation {
    condition     = var.bulk_concurrency >= 1 && var.bulk_concurrency <= 1000
    error_message = "bulk_concurrency must be 1 to 1000."
  }
}

variable "bulk_tolerated_percentage" {
  description = "Percentage of audits that may fail for good before the audit of a folder is given up. A model that is at fault is no failure: it has a result that says so."
  type        = number
  default     = 5

  validation {
    condition     = var.bulk_tolerated_percentage >= 0 && var.bulk_tolerated_percentage <= 100
    error_message = "bulk_tolerated_percentage must be 0 to 100."
  }
}

# Endpoint with a GPU

variable "endpoint_image" {
  description = "Tag of the image with CUDA in its registry (output registries); null for no endpoint."
  type        = string
  default     = null
}

variable "endpoint_instance" {
  description = "SageMaker instance type with an NVIDIA GPU. AWS grants none without a request for a higher quota."
  type        = string
  default     = "ml.g5.xlarge"

  validation {
    condition     = can(regex("^ml\\.(g[4-9][a-z]*|p[3-9][a-z]*)\\.[0-9]*x?large$", var.endpoint_instance))
    error_message = "endpoint_instance must be one with an NVIDIA GPU, like ml.g5.xlarge."
  }
}

variable "endpoint_instances" {
  description = "Most instances of the endpoint. The fewest are none."
  type        = number
  default     = 2

  validation {
    condition     = var.endpoint_instances >= 1 && var.endpoint_instances <= 100
    error_message = "endpoint_instances must be 1 to 100."
  }
}

variable "endpoint_idle_seconds" {
  description = "Seconds without a request after which instances are taken away."
  type        = number
  default     = 600

  validation {
    condition     = var.endpoint_idle_seconds >= 60
    error_message = "endpoint_idle_seconds must be 60 or more."
  }
}
