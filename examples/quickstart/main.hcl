# Three people and one rule. Try it without a Zoom account:
#
#   enroll -C examples/quickstart --sandbox plan
#   enroll -C examples/quickstart --sandbox apply

variable "domain" {
  type    = string
  default = "example.com"
}

connection "prod" {
  description = "Corporate Zoom account"
  domains     = [var.domain]

  auth {
    account_id    = env("ZOOM_ACCOUNT_ID")
    client_id     = env("ZOOM_CLIENT_ID")
    client_secret = env("ZOOM_CLIENT_SECRET")
  }
}

user "ada" {
  user_name    = "ada@${var.domain}"
  given_name   = "Ada"
  family_name  = "Lovelace"
  display_name = "Ada Lovelace"
  department   = "Engineering"
  user_type    = "Licensed"
}

user "grace" {
  user_name   = "grace@${var.domain}"
  given_name  = "Grace"
  family_name = "Hopper"
  department  = "Engineering"
  user_type   = "Basic"
}

user "katherine" {
  user_name   = "katherine@${var.domain}"
  given_name  = "Katherine"
  family_name = "Johnson"
  department  = "Research"
  title       = "Mathematician"
  user_type   = "Basic"
}

rule "everyone" {
  connection = connection.prod
  users      = [user.ada, user.grace, user.katherine]
}
