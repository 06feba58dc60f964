variable "job_id" {
  description = "The job of a restore that another pipeline started."
  type        = string
}

# What depends on this data source waits until the restore is complete.
data "x_restore_job" "nightly" {
  service = "rds"
  job_id  = var.job_id

  lifecycle {
    postcondition {
      condition     = self.status == "Completed"
      error_message = "The restore is ${self.status}: ${coalesce(self.reason, self.progress, "no more is known")}."
    }
  }
}
