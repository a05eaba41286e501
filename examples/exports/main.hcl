# People as other systems export them: Microsoft Entra by Microsoft Graph, PingOne, and a file of JSON Lines.

connection "prod" {
  domains = ["example.com"]

  auth {
    account_id    = env("ZOOM_ACCOUNT_ID")
    client_id     = env("ZOOM_CLIENT_ID")
    client_secret = env("ZOOM_CLIENT_SECRET")
  }
}

# GET /users?$select=…&$expand=memberOf($select=displayName), all pages in one document
directory "entra" {
  json    = "entra.json"
  records = "value" # where the people stand in the document
  key     = "id"
}

rule "staff" {
  connection = connection.prod
  directory  = directory.entra
  filter     = contains(person.memberOf[*].displayName, "zoom")

  mapping {
    user_name   = lower(person.mail)
    given_name  = person.givenName
    family_name = person.surname
    department  = person.department
    phone       = try(person.businessPhones[0], "")
    cost_center = try(person.employeeOrgData.costCenter, null) # not everybody has it
    user_type   = contains(person.memberOf[*].displayName, "zoom-hosts") ? "Licensed" : "Basic"
    active      = person.accountEnabled
  }
}

# GET /environments/ID/users
directory "ping" {
  json    = "ping.json"
  records = "_embedded.users"
  key     = "account.externalId" # below `account`
}

rule "subsidiary" {
  connection = connection.prod
  directory  = directory.ping

  mapping {
    user_name   = person.email
    given_name  = person.name.given
    family_name = person.name.family
    user_type   = "Basic"
    active      = person.enabled
  }
}

# One object a line
directory "contractors" {
  jsonl = "contractors.jsonl"
  key   = "number"
}

rule "contractors" {
  connection = connection.prod
  directory  = directory.contractors
  filter     = contains(person.groups, "zoom")

  mapping {
    user_name    = person.mail
    display_name = "${person.name} (contractor)"
    user_type    = "Basic"
  }
}
