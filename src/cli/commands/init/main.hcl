# Enroll provisions Zoom users from these files: every *.hcl in this folder, read as one.
#
#   enroll validate          check the files, offline
#   enroll --sandbox plan    try them in an embedded Zoom account, without credentials
#   enroll plan              show what would change in the real one, and why
#   enroll apply             ask, then change it

enroll {
  required_version = ">= 0.1"
}

variable "domain" {
  type    = string
  default = "example.com"
}

# Before the real account can be reached:
#
#   [ ] a Zoom Business or Education account with an approved vanity URL and SSO switched on
#   [ ] the company's domains associated with the account, or new people stay pending
#   [ ] in the Zoom App Marketplace: a Server-to-Server OAuth app, activated,
#       with the scope scim2:admin
#   [ ] its credentials in the environment, never in these files:
#       export ZOOM_ACCOUNT_ID=... ZOOM_CLIENT_ID=... ZOOM_CLIENT_SECRET=...
connection "prod" {
  description = "Corporate Zoom account"

  auth {
    account_id    = env("ZOOM_ACCOUNT_ID")
    client_id     = env("ZOOM_CLIENT_ID")
    client_secret = env("ZOOM_CLIENT_SECRET")
  }

  # What may be done there. These are the defaults.
  actions {
    create                       = true
    update                       = true
    disable                      = true
    deprovision                  = true
    remove_action                = "disable" # or "delete"
    deprovision_on_rule_deletion = false
  }

  # How much at once. An apply that would take more from people stops and asks.
  guard {
    max_removals = "10%"
    max_deletes  = 5
    # protect    = ["owner@example.com"] # never touched, whatever the rules say
  }
}

# People, one block each ...
user "ada" {
  user_name   = "ada@${var.domain}"
  given_name  = "Ada"
  family_name = "Lovelace"
  department  = "Engineering"
  user_type   = "Licensed"
}

user "grace" {
  user_name   = "grace@${var.domain}"
  given_name  = "Grace"
  family_name = "Hopper"
  department  = "Engineering"
  user_type   = "Basic"
}

# ... and the rule that gives them an account.
rule "founders" {
  connection = connection.prod
  users      = [user.ada, user.grace]
}

# People from a file: uncomment, and put people.csv beside this file.
#
# directory "hr" {
#   csv = "people.csv"
#   key = "employee_id"
# }
#
# rule "engineering" {
#   connection = connection.prod
#   directory  = directory.hr
#   filter     = person.department == "Engineering"
#
#   mapping {
#     user_name   = lower(person.email)
#     given_name  = person.first_name
#     family_name = person.last_name
#     user_type   = person.host == "yes" ? "Licensed" : "Basic"
#   }
# }
