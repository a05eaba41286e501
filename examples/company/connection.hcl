# Where the accounts are, what may be done there, and how much at once.

variable "domain" {
  type    = string
  default = "example.com"
}

connection "prod" {
  description = "Corporate Zoom account"
  domains     = [var.domain, "partners.${var.domain}"] # an address outside is an error

  auth {
    account_id    = env("ZOOM_ACCOUNT_ID")
    client_id     = env("ZOOM_CLIENT_ID")
    client_secret = env("ZOOM_CLIENT_SECRET")
  }

  actions {
    remove_action                = "disable" # people who leave keep their recordings
    deprovision_on_rule_deletion = true      # a deleted rule takes its accounts along
  }

  guard {
    max_removals = "5%"
    max_deletes  = 0
    protect      = ["zoom-owner@${var.domain}"] # never touched, whatever the rules say
  }

  rate {
    list  = 1
    read  = 10
    write = 5
  }
}
