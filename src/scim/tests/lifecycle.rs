//! The life of accounts at any service: what every dialect and every server must pass.

use std::collections::BTreeSet;

use crate::live::Account;
use crate::model::{Attribute, Value, Values};
use crate::port::{Created, FailureKind, Found, NewAccount, Update, WriteAccounts};

/// What the service at the other end keeps.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keeps {
    /// Enterprise attributes, `title`, `phone`.
    pub(crate) details: bool,
    /// Whether an empty text clears an attribute.
    pub(crate) clears: bool,
}

fn values(pairs: &[(Attribute, &str)]) -> Values {
    pairs.iter().map(|(attribute, text)| (*attribute, Value::text(*text))).collect()
}

async fn whole(client: &impl WriteAccounts, id: &str) -> Account {
    client.read(id).await.unwrap().expect("the account is there")
}

fn check(account: &Account, expected: &[(Attribute, &str)]) {
    for (attribute, text) in expected {
        let found = account.values.get(*attribute);
        let wanted = Value::text(*text);
        assert!(wanted.satisfied_by(*attribute, found), "{attribute}: {found:?}, not {text}");
    }
}

/// Creates, reads, lists, finds, updates, renames, switches, clears and deletes accounts; leaves nothing.
/// `prefix` keeps runs at the same service apart.
#[allow(clippy::too_many_lines, reason = "one life, told in order")]
pub(crate) async fn lifecycle(
    client: &impl WriteAccounts,
    keeps: Keeps,
    prefix: &str,
    people: usize,
) {
    let before = client.list().await.unwrap().accounts().len();
    let name = |n: usize| format!("{prefix}{n}@example.com");

    let mut ids = Vec::new();
    for n in 0..people {
        let family = format!("Family {n}");
        let mut details = vec![
            (Attribute::GivenName, "Ada"),
            (Attribute::FamilyName, family.as_str()),
            (Attribute::DisplayName, "Ada L. \"äöü\""),
        ];
        if keeps.details {
            details.push((Attribute::Department, "Ops"));
        }
        let new = NewAccount { user_name: name(n).into(), values: values(&details) };
        let Created::Account(account) = client.create(&new).await.unwrap().said else {
            panic!("{} is pending", name(n));
        };
        assert!(account.active);
        ids.push(account.id.clone());
    }
    let distinct: BTreeSet<_> = ids.iter().collect();
    assert_eq!(distinct.len(), people);

    let live = client.list().await.unwrap();
    assert_eq!(live.accounts().len(), before + people);
    for id in &ids {
        assert!(live.accounts().iter().any(|account| account.id == *id));
    }

    let id = ids[0].as_str();
    let again = NewAccount { user_name: name(0).into(), values: Values::new() };
    assert_eq!(client.create(&again).await.unwrap_err().kind, FailureKind::Taken);

    let Found::Account(found) = client.find(&name(0).to_uppercase()).await.unwrap() else {
        panic!("not found");
    };
    assert_eq!(found.id, id);
    assert_eq!(client.find(&format!("{prefix}nobody@example.com")).await.unwrap(), Found::Absent);
    assert_eq!(
        client.find("x\" or userName pr or userName eq \"y@z").await.unwrap(),
        Found::Absent
    );

    let email = name(0);
    check(&whole(client, id).await, &[(Attribute::GivenName, "Ada"), (Attribute::Email, &email)]);

    let mut wanted = vec![(Attribute::GivenName, "Augusta"), (Attribute::Email, "ada@example.org")];
    if keeps.details {
        wanted.extend([
            (Attribute::Department, "Engineering"),
            (Attribute::CostCenter, "CC1"),
            (Attribute::EmployeeNumber, "007"),
            (Attribute::Title, "Countess"),
            (Attribute::Phone, "+1 2015550123"),
        ]);
    }
    let update = Update { user_name: None, values: values(&wanted) };
    client.update(id, &update).await.unwrap();
    let account = whole(client, id).await;
    check(&account, &wanted);
    // What was not named stays.
    check(
        &account,
        &[(Attribute::FamilyName, "Family 0"), (Attribute::DisplayName, "Ada L. \"äöü\"")],
    );
    assert!(account.active);

    // The same once more changes nothing, and a second phone number does not appear.
    client.update(id, &update).await.unwrap();
    check(&whole(client, id).await, &wanted);

    if keeps.details && keeps.clears {
        let cleared = [
            (Attribute::Department, ""),
            (Attribute::Title, ""),
            (Attribute::Phone, ""),
            (Attribute::GivenName, ""),
        ];
        client.update(id, &Update { user_name: None, values: values(&cleared) }).await.unwrap();
        let account = whole(client, id).await;
        for (attribute, _) in cleared {
            assert_eq!(account.values.get(attribute), None, "{attribute}");
        }
        check(&account, &[(Attribute::CostCenter, "CC1"), (Attribute::FamilyName, "Family 0")]);
    }

    let renamed = format!("{prefix}renamed@example.com");
    let update = Update { user_name: Some(renamed.as_str().into()), values: Values::new() };
    client.update(id, &update).await.unwrap();
    assert_eq!(whole(client, id).await.user_name, renamed);
    if people > 1 {
        let taken = Update { user_name: Some(name(1).into()), values: Values::new() };
        assert!(client.update(id, &taken).await.is_err());
    }

    for active in [false, false, true] {
        client.set_active(id, active).await.unwrap();
        let account = whole(client, id).await;
        assert_eq!(account.active, active);
        assert_eq!(account.user_name, renamed);
    }

    for id in &ids {
        client.delete(id).await.unwrap();
        client.delete(id).await.unwrap();
        assert_eq!(client.read(id).await.unwrap(), None);
    }
    assert_eq!(client.list().await.unwrap().accounts().len(), before);
    let gone = Update { user_name: None, values: values(&[(Attribute::Title, "x")]) };
    assert_eq!(client.update(id, &gone).await.unwrap_err().kind, FailureKind::Missing);
    assert_eq!(client.set_active(id, false).await.unwrap_err().kind, FailureKind::Missing);
}
