# The staff of a small company, from a CSV that is in the same repository.

enroll {
  backend "s3" { # or gcs, azure, http: the workflows change only in how they sign in there
    bucket = "example-enroll"
    key    = "zoom/prod.state.json"
    region = "eu-central-1"
  }
}

connection "prod" {
  description = "Corporate Zoom account"
  domains     = ["example.com"]

  auth {
    account_id    = env("ZOOM_ACCOUNT_ID")
    client_id     = env("ZOOM_CLIENT_ID")
    client_secret = env("ZOOM_CLIENT_SECRET")
  }

  guard {
    protect = ["owner@example.com"]
  }
}

directory "hr" {
  csv = "people.csv"
  key = "employee_id"
}

rule "staff" {
  connection = connection.prod
  directory  = directory.hr

  mapping {
    user_name   = lower(person.email)
    given_name  = person.first_name
    family_name = person.last_name
    department  = person.department
    user_type   = person.host == "yes" ? "Licensed" : "Basic"
    active      = person.status == "active"
  }
}
