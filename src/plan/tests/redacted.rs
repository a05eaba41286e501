//! A redacted plan shows nothing that was made of a person's data.

use proptest::prelude::*;

use super::world::World;
use crate::model::{Attribute as A, LicenseValue, Value};
use crate::plan::redacted;

/// Something that nobody would write by chance, as an expression may have made it.
fn made() -> impl Strategy<Value = String> {
    ("[a-z]{6,12}", 0..6u8).prop_map(|(word, how)| match how {
        0 => word.to_uppercase(),
        1 => word.chars().rev().collect(),
        2 => base64::Engine::encode(&base64::engine::general_purpose::STANDARD, word),
        3 => word.replace(['a', 'e', 'i', 'o', 'u'], "4"),
        4 => format!("x-{word}-y"),
        _ => format!("{:x?}", word.as_bytes()),
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_of_a_person_is_shown(values in proptest::collection::vec(made(), 12)) {
        let mut world = World::new();
        let of = |n: usize| -> crate::model::Text { values[n].as_str().into() };
        let licence = |n: usize, m: usize| {
            Value::Map(Box::new([(of(n), LicenseValue::Text(of(m)))].into()))
        };
        for (key, live) in [("new", false), ("old", true)] {
            let wanted = world.want(key, true);
            for (n, attribute) in
                [A::Department, A::CostCenter, A::Division, A::Organization, A::Locale, A::Title, A::UserType]
                    .into_iter()
                    .enumerate()
            {
                wanted.values.set(attribute, Value::Text(of(n)));
            }
            wanted.values.set(A::Roles, Value::Set(Box::new([of(7), "Member".into()].into())));
            wanted.values.set(A::Licenses, licence(8, 9));
            if live {
                world.have(key, crate::state::Status::Active);
                let live = world.is(key, true);
                live.values.set(A::Department, Value::Text(of(10)));
                live.values.set(A::Roles, Value::Set(Box::new([of(11)].into())));
            }
        }
        let shown = format!("{:?}", redacted(&world.plan().plan));
        for value in &values {
            prop_assert!(!shown.contains(value.as_str()), "{value}: {shown}");
        }
        // What says nothing of anybody stays.
        prop_assert!(shown.contains("Member") && shown.contains("department-"));
    }
}
