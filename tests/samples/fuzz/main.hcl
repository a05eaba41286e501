enroll {
  required_version = ">= 0.1"
}

variable "pin" {
  type      = string
  sensitive = true
}

variable "team" {
  type    = any
  default = "Ops"
}

locals {
  status = { active = true, left = false }
  text   = file("t.txt")
}

connection "prod" {
  description = "x"
  domains     = ["x.org", "ö.org"]
  auth {
    account_id    = "a"
    client_id     = trimspace(env("B"))
    client_secret = var.pin
  }
  actions {
    remove_action = "delete"
  }
  guard {
    max_removals = "5%"
    protect      = ["boss@x.org"]
  }
}

connection "b" {
  type     = "scim"
  scim_url = "http://localhost/"
  auth {
    method   = "basic"
    username = "x"
    password = env("P")
  }
  rate {
    list = "unlimited"
  }
}

user "ada" {
  user_name = "ada@x.org"
  licenses  = { zoomWhiteboard = true, zoomOneBizPlus = "16" }
  roles     = ["Member"]
  custom    = { badge = "E-1" }
}

directory "hr" {
  csv = "people.csv"
  key = "id"
}

directory "js" {
  json = "people.json"
  key  = "id"
}

rule "founders" {
  connection = connection.prod
  users      = [user.ada]
}

rule "all" {
  connection = connection.b
  directory  = directory.js
  filter     = person.title != "none"
  precedence = 1
  mapping {
    user_name = lower("${person.id}@x.org")
    title     = "${person.title}: ${local.text} %{ if true }${var.team}%{ endif }"
    active    = local.status[person.status]
  }
  ignore_changes  = ["title"]
  prevent_removal = true
}

rule "rows" {
  connection = connection.b
  directory  = directory.hr
  mapping {
    user_name  = "${person.id}@y.org"
    title      = person.title
    department = try(regex("[a-z]+", person.mail), null)
    active     = lookup(local.status, person.status, true)
  }
}

moved {
  from = account.prod["bob"]
  to   = account.prod["ada"]
}

removed {
  from        = account.prod["eve"]
  deprovision = false
}

directory "wrapped" {
  json    = "wrapped.json"
  records = "data.users"
  key     = "id"
}

directory "lines" {
  jsonl = "people.jsonl"
  key   = "id.n"
}

rule "wrapped" {
  connection = connection.b
  directory  = directory.wrapped
  filter     = contains(person.groups, "a") || length(person) > 1
  mapping {
    user_name = person.mail.work
    title     = try(person.groups[0].x, person.id)
  }
}

rule "lines" {
  connection = connection.b
  directory  = directory.lines
  mapping {
    user_name = person.mail
    title     = jsonencode(person.id)
  }
}
