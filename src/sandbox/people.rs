//! Who holds an address, who comes in, and what of a change is kept.

use serde_json::{Map, Value, json};

use super::answer::Refusal;
use super::desk::{Desk, object};
use super::document::Change;
use super::faults::{Draw, Faults};
use super::ids;
use super::pace::Pace;
use super::seed::Standing;
use super::user::{ENTERPRISE, LICENCES, Plural, Profile, User};

impl Desk {
    /// The user of this id or address.
    pub(super) fn who(&self, who: &str) -> Option<&User> {
        self.account.by_id(who).or_else(|| self.account.by_name(who))
    }

    /// What an address is to this account; `None` where nobody holds it.
    pub(super) fn standing_of(&self, user_name: &str) -> Option<Standing> {
        let elsewhere = &self.options.faults.accounts.elsewhere;
        if elsewhere.iter().any(|address| address.eq_ignore_ascii_case(user_name)) {
            return Some(Standing::Elsewhere);
        }
        self.account.by_name(user_name).map(|user| user.standing)
    }

    /// A new user, not kept yet; pending where the domain is not one of the account's.
    pub(super) fn newcomer(&self, profile: Profile) -> User {
        let now = self.now();
        let domain = profile.user_name.rsplit('@').next().unwrap_or_default();
        let is = |other: &String| other.eq_ignore_ascii_case(domain);
        let associated = &self.options.domains;
        let outside = !associated.is_empty() && !associated.iter().any(is);
        let pending = outside || self.options.faults.accounts.pending_domains.iter().any(is);
        let seq = self.account.next();
        let mut user = User {
            seq,
            id: ids::user_id(self.options.manners, self.options.seed, seq),
            standing: if pending { Standing::Pending } else { Standing::Member },
            created: now,
            modified: now,
            revision: 1,
            profile,
        };
        self.crown(&mut user);
        user
    }

    /// Keeps a user that exists, with a new time, unless nothing changed.
    pub(super) fn save(&mut self, mut changed: User) -> Result<User, Refusal> {
        self.crown(&mut changed);
        let same = self
            .account
            .by_id(&changed.id)
            .is_some_and(|old| old.profile == changed.profile && old.standing == changed.standing);
        if !same {
            changed.touch(self.now());
            self.commit(Change::Put(Box::new(changed.clone())))?;
        }
        Ok(changed)
    }

    /// Puts back what the faults say cannot be changed.
    pub(super) fn obstinate(&self, mut changed: User) -> User {
        let ignored = &self.options.faults.update.ignored;
        if let Some(old) = self.account.by_id(&changed.id).filter(|_| !ignored.is_empty()) {
            changed.profile = restore(&old.profile, changed.profile, ignored);
        }
        changed
    }

    /// Gives the admin role to those whom the faults name.
    fn crown(&self, user: &mut User) {
        let admins = &self.options.faults.accounts.admins;
        let named = admins.iter().any(|name| name.eq_ignore_ascii_case(&user.profile.user_name));
        if named && !user.is_admin() {
            user.profile.roles = vec![Plural {
                display: Some("Admin".to_owned()),
                value: Some("Admin".to_owned()),
                primary: Some(true),
                ..Plural::default()
            }];
        }
    }

    /// Other faults from now on; the counters of single requests begin anew.
    pub(super) fn set_faults(&mut self, faults: Faults) {
        self.options.faults = faults;
        self.draw = Draw::default();
        self.pace = Pace::default();
        self.crown_all();
    }

    /// Gives the admin role to those already there whom the faults name.
    pub(super) fn crown_all(&mut self) {
        let mut named = Vec::new();
        for name in &self.options.faults.accounts.admins {
            named.extend(self.account.by_name(name).cloned());
        }
        for mut user in named.into_iter().filter(|user: &User| !user.is_admin()) {
            self.crown(&mut user);
            self.account.put(user);
            self.mark_stale();
        }
    }
}

/// Puts the old values of some attributes back, in the resource itself, its `name` and its extensions.
fn restore(old: &Profile, new: Profile, names: &[String]) -> Profile {
    let (was, mut is) = (object(json!(old)), object(json!(new)));
    for name in names {
        restore_key(&was, &mut is, name);
        for extension in [ENTERPRISE, LICENCES] {
            let was = was.get(extension).cloned().map(object).unwrap_or_default();
            if let Some(Value::Object(is)) = is.get_mut(extension) {
                restore_key(&was, is, name);
            }
        }
    }
    serde_json::from_value(Value::Object(is)).unwrap_or(new)
}

fn restore_key(was: &Map<String, Value>, is: &mut Map<String, Value>, name: &str) {
    let (head, tail) = name.split_once('.').map_or((name, None), |(head, tail)| (head, Some(tail)));
    let mut keys: Vec<String> = was.keys().chain(is.keys()).cloned().collect();
    keys.retain(|key| key.eq_ignore_ascii_case(head));
    for key in keys {
        match (tail, was.get(&key), is.get_mut(&key)) {
            (Some(tail), was, Some(Value::Object(is))) => {
                restore_key(&was.cloned().map(object).unwrap_or_default(), is, tail);
            }
            (None, Some(was), _) => {
                is.insert(key, was.clone());
            }
            (None, None, _) => {
                is.remove(&key);
            }
            (Some(_), _, _) => {}
        }
    }
}
