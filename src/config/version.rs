//! `required_version`: constraints on versions as Terraform writes them.

use semver::Version;

/// Whether `version` meets all of the comma-separated `constraints`; `Err` names the part that is
/// none.
pub(super) fn meets(version: &str, constraints: &str) -> Result<bool, String> {
    let own = parse(version.split(['-', '+']).next().unwrap_or(version))
        .ok_or_else(|| version.to_owned())?
        .0;
    let mut all = true;
    for part in constraints.split(',') {
        all &= meets_one(&own, part.trim()).ok_or_else(|| part.trim().to_owned())?;
    }
    Ok(all)
}

fn meets_one(own: &Version, part: &str) -> Option<bool> {
    let digits = part.find(|c: char| c.is_ascii_digit())?;
    let (operator, number) = part.split_at(digits);
    let (wanted, given) = parse(number)?;
    Some(match operator.trim_end() {
        "" | "=" => *own == wanted,
        "!=" => *own != wanted,
        ">" => *own > wanted,
        ">=" => *own >= wanted,
        "<" => *own < wanted,
        "<=" => *own <= wanted,
        // The last number given may grow: `~> 1.2` is below 2, `~> 1.2.3` is below 1.3.
        "~>" => {
            let below = match given {
                1 => return Some(*own >= wanted),
                2 => Version::new(wanted.major + 1, 0, 0),
                _ => Version::new(wanted.major, wanted.minor + 1, 0),
            };
            *own >= wanted && *own < below
        }
        _ => return None,
    })
}

/// A version of one to three numbers, and how many were given.
fn parse(text: &str) -> Option<(Version, usize)> {
    let text = text.trim();
    let text = text.strip_prefix('v').unwrap_or(text);
    let mut numbers = [0_u64; 3];
    let mut given = 0;
    for part in text.split('.') {
        let slot = numbers.get_mut(given)?;
        if part.is_empty() || part.len() > 9 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *slot = part.parse().ok()?;
        given += 1;
    }
    let [major, minor, patch] = numbers;
    Some((Version::new(major, minor, patch), given))
}

#[cfg(test)]
mod tests {
    use super::meets;

    #[test]
    fn constraints_mean_what_they_mean_in_terraform() {
        for (constraints, expected) in [
            (">= 0.1", Ok(true)),
            (">=0.3", Ok(true)),
            ("> 0.3.1", Ok(false)),
            ("0.3.1", Ok(true)),
            ("= 0.3.2", Ok(false)),
            ("!= 0.3.1", Ok(false)),
            ("~> 0.3", Ok(true)),
            ("~> 0.2", Ok(true)),
            ("~> 0.2.0", Ok(false)),
            ("~> 0.3.0", Ok(true)),
            ("~> 1.0", Ok(false)),
            (">= 0.1, < 0.3", Ok(false)),
            (">= 0.1, < 1", Ok(true)),
            ("", Err("")),
            (">= x", Err(">= x")),
            ("=> 1", Err("=> 1")),
            (">= 1.2.3.4", Err(">= 1.2.3.4")),
            (">= 0.1,", Err("")),
        ] {
            assert_eq!(
                meets("0.3.1", constraints),
                expected.map_err(str::to_owned),
                "{constraints}"
            );
        }
    }
}
