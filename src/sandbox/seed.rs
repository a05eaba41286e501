//! Users put there without HTTP, and the look at what is there.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::document::Change;
use super::faults::Faults;
use super::server::Running;
use super::user::{ENTERPRISE, Profile, User};

/// What a user is to this account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// An ordinary user.
    #[default]
    Member,
    /// Invited or not yet consolidated: holds the address, cannot be read or listed.
    Pending,
    /// The address belongs to another Zoom account.
    Elsewhere,
}

/// A user to be put into a sandbox.
#[derive(Debug, Clone)]
pub struct Seed {
    pub(super) resource: Map<String, Value>,
    pub(super) standing: Standing,
}

impl Seed {
    /// An active user with this address, as `userName` and work e-mail.
    pub fn new(user_name: &str) -> Self {
        let resource = json!({
            "userName": user_name,
            "emails": [{"type": "work", "value": user_name, "primary": true}],
            "active": true,
        });
        let Value::Object(resource) = resource else {
            return Self { resource: Map::new(), standing: Standing::Member };
        };
        Self { resource, standing: Standing::Member }
    }

    /// Sets an attribute of the SCIM resource, by its name at the top level.
    #[must_use]
    pub fn set(mut self, attribute: &str, value: Value) -> Self {
        self.resource.insert(attribute.to_owned(), value);
        self
    }

    /// Sets given and family name, and from them the display name.
    #[must_use]
    pub fn name(self, given: &str, family: &str) -> Self {
        self.set("name", json!({"givenName": given, "familyName": family}))
            .set("displayName", json!(format!("{given} {family}")))
    }

    /// Sets the department.
    #[must_use]
    pub fn department(self, department: &str) -> Self {
        self.set(ENTERPRISE, json!({"department": department}))
    }

    /// Sets `userType`.
    #[must_use]
    pub fn user_type(self, user_type: &str) -> Self {
        self.set("userType", json!(user_type))
    }

    /// Gives the role `Admin`.
    #[must_use]
    pub fn admin(self) -> Self {
        self.set("roles", json!([{"display": "Admin", "value": "Admin", "primary": true}]))
    }

    /// Switched off.
    #[must_use]
    pub fn inactive(self) -> Self {
        self.set("active", json!(false))
    }

    /// Invited, not yet there.
    #[must_use]
    pub fn pending(mut self) -> Self {
        self.standing = Standing::Pending;
        self
    }

    /// At another Zoom account.
    #[must_use]
    pub fn elsewhere(mut self) -> Self {
        self.standing = Standing::Elsewhere;
        self
    }

    pub(super) fn profile(self) -> Result<Profile, String> {
        serde_json::from_value(Value::Object(self.resource)).map_err(|error| error.to_string())
    }
}

/// One user as the sandbox has it.
#[derive(Debug, Clone, PartialEq)]
pub struct UserView {
    /// The id.
    pub id: String,
    /// The address.
    pub user_name: String,
    /// What the user is to this account.
    pub standing: Standing,
    /// Whether the user may sign in.
    pub active: bool,
    /// Whether the user is an owner or admin.
    pub admin: bool,
    /// How often the user was changed.
    pub revision: u64,
    /// The SCIM resource without `schemas`, `id` and `meta`.
    pub resource: Value,
}

impl From<&User> for UserView {
    fn from(user: &User) -> Self {
        Self {
            id: user.id.clone(),
            user_name: user.profile.user_name.clone(),
            standing: user.standing,
            active: user.is_active(),
            admin: user.is_admin(),
            revision: user.revision,
            resource: serde_json::to_value(&user.profile)
                .expect("a user has text keys, so that it is JSON"),
        }
    }
}

/// What happens to an account outside of SCIM: in Zoom's console, by other programs, by the people themselves.
/// WHO is an id or an address.
impl Running {
    /// Puts users there; afterwards they are kept like any other. Says their ids.
    ///
    /// # Errors
    ///
    /// Names the user whose address is taken or whose attributes have a wrong type, or says that the store failed.
    pub fn add(&self, seeds: impl IntoIterator<Item = Seed>) -> Result<Vec<String>, String> {
        self.with(|desk| {
            let mut ids = Vec::new();
            for seed in seeds {
                let standing = seed.standing;
                let profile = seed.profile()?;
                if desk.account.by_name(&profile.user_name).is_some() {
                    return Err(format!("{} is taken", profile.user_name));
                }
                let mut user = desk.newcomer(profile);
                user.standing = standing;
                ids.push(user.id.clone());
                desk.account.put(user);
                desk.mark_stale();
            }
            desk.flush()?;
            Ok(ids)
        })
    }

    /// Everybody, in the order of creation, the pending and those of other accounts too.
    pub fn users(&self) -> Vec<UserView> {
        self.with(|desk| desk.account.all().map(UserView::from).collect())
    }

    /// One user.
    pub fn user(&self, who: &str) -> Option<UserView> {
        self.with(|desk| desk.who(who).map(UserView::from))
    }

    /// Changes attributes: objects merge, `null` takes away, anything else replaces.
    ///
    /// # Errors
    ///
    /// Says that there is no such user, what is wrong with the attributes, or that the store failed.
    pub fn edit(&self, who: &str, changes: &Value) -> Result<(), String> {
        self.change(who, |user| {
            let mut resource = json!(user.profile);
            overlay(&mut resource, changes);
            user.profile = serde_json::from_value(resource).map_err(|error| error.to_string())?;
            Ok(())
        })
    }

    /// Changes what the user is to this account: a pending one comes in, a member leaves for another account.
    ///
    /// # Errors
    ///
    /// Says that there is no such user, or that the store failed.
    pub fn set_standing(&self, who: &str, standing: Standing) -> Result<(), String> {
        self.change(who, |user| {
            user.standing = standing;
            Ok(())
        })
    }

    /// Deletes a user, admins too.
    ///
    /// # Errors
    ///
    /// Says that there is no such user, or that the store failed.
    pub fn remove(&self, who: &str) -> Result<(), String> {
        self.with(|desk| {
            let id = desk.who(who).map(|user| user.id.clone()).ok_or_else(|| nobody(who))?;
            desk.commit(Change::Remove(id)).map_err(|refusal| refusal.to_string())
        })
    }

    /// Other faults from now on. The counters that decide about single requests begin anew.
    pub fn set_faults(&self, faults: Faults) {
        self.with(|desk| desk.set_faults(faults));
    }

    /// Ends all tokens.
    pub fn revoke_tokens(&self) {
        self.with(|desk| desk.tokens.revoke());
    }

    fn change(
        &self,
        who: &str,
        f: impl FnOnce(&mut User) -> Result<(), String>,
    ) -> Result<(), String> {
        self.with(|desk| {
            let mut user = desk.who(who).cloned().ok_or_else(|| nobody(who))?;
            f(&mut user)?;
            desk.save(user).map_err(|refusal| refusal.to_string())?;
            Ok(())
        })
    }
}

fn nobody(who: &str) -> String {
    format!("the sandbox has no user {who}")
}

fn overlay(there: &mut Value, changes: &Value) {
    match (there, changes) {
        (Value::Object(there), Value::Object(changes)) => {
            for (key, change) in changes {
                if change.is_null() {
                    there.remove(key);
                } else {
                    overlay(there.entry(key.clone()).or_insert(Value::Null), change);
                }
            }
        }
        (there, changes) => *there = changes.clone(),
    }
}
