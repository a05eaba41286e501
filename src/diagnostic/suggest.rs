//! "Did you mean": the nearest known name to a misspelt one.

/// A longer name is nobody's slip.
const LONGEST: usize = 100;
/// So many candidates are looked at: a guess is worth no more.
const MOST: usize = 1_000;

/// Returns the candidate nearest to `name`, if one is near enough to be a misspelling of it.
///
/// Nearness is the Damerau-Levenshtein distance without ASCII case; at most a third of the length of
/// the name, and at least one, may differ. Ties go to the first candidate, so that the answer does
/// not depend on anything but the order given.
pub fn did_you_mean<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    if name.len() > LONGEST {
        return None;
    }
    let folded = name.to_ascii_lowercase();
    let limit = (name.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .take(MOST)
        // No candidate is near whose length is far; four bytes make a character at most.
        .filter(|candidate| *candidate != name && candidate.len() <= 4 * (name.len() + limit))
        .filter(|candidate| candidate.chars().count().abs_diff(name.chars().count()) <= limit)
        .map(|candidate| {
            let distance = strsim::damerau_levenshtein(&folded, &candidate.to_ascii_lowercase());
            (distance, candidate)
        })
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::did_you_mean;

    #[test]
    fn finds_the_near_name_and_no_far_one() {
        let names = ["create", "update", "disable", "deprovision"];
        for (misspelt, expected) in [
            ("craete", Some("create")),
            ("Create", Some("create")),
            ("deprovison", Some("deprovision")),
            ("remove", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(did_you_mean(misspelt, names), expected, "{misspelt}");
        }
        // What is long is compared with nothing: the time that it takes goes with the square of the length.
        let long = "x".repeat(101);
        assert_eq!(did_you_mean(&long, [format!("{long}x").as_str()]), None);
    }
}
