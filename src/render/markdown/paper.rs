//! A document that must not be longer than so many bytes: cut between two accounts, and what is left
//! out is counted.

/// What a document is made of.
#[derive(Clone, Debug)]
pub(super) enum Token {
    /// Begins something that `Close` ends, or that the next `Open` follows.
    Open { text: String, end: String },
    /// One account, or another thing that counts.
    Item(String),
    /// Ends the last thing that is open.
    Close,
}

/// Room for what is said of a cut, in bytes.
pub(super) const NOTE: usize = 160;

/// Lays the tokens out in at most `room` bytes, and says how many items are not shown.
pub(super) fn fit(tokens: &[Token], room: usize, pointer: &str) -> String {
    let whole: usize = tokens.iter().map(Token::length).sum();
    if whole <= room {
        return lay_out(tokens);
    }
    let room = room.saturating_sub(NOTE);
    let mut used = 0;
    let mut open: Vec<&str> = Vec::new();
    let mut ends = 0;
    let mut fitting = 0;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Open { text, end } => {
                used += text.len();
                ends += end.len();
                open.push(end);
            }
            Token::Item(text) => used += text.len(),
            Token::Close => {
                let end = open.pop().unwrap_or("");
                used += end.len();
                ends -= end.len();
            }
        }
        if used + ends > room {
            break;
        }
        // Nothing is opened without showing something of it.
        if !matches!(token, Token::Open { .. }) {
            fitting = at + 1;
        }
    }
    let (shown, rest) = tokens.split_at_checked(fitting).unwrap_or((tokens, &[]));
    let missing = rest.iter().filter(|token| matches!(token, Token::Item(_))).count();
    format!("{}\n**{missing} more not shown.** {pointer}\n", lay_out(shown))
}

/// What is open in the end is closed.
pub(super) fn lay_out(tokens: &[Token]) -> String {
    let mut out = String::new();
    let mut open: Vec<&str> = Vec::new();
    for token in tokens {
        match token {
            Token::Open { text, end } => {
                out.push_str(text);
                open.push(end);
            }
            Token::Item(text) => out.push_str(text),
            Token::Close => out.push_str(open.pop().unwrap_or("")),
        }
    }
    while let Some(end) = open.pop() {
        out.push_str(end);
    }
    out
}

impl Token {
    fn length(&self) -> usize {
        match self {
            Self::Open { text, end } => text.len() + end.len(),
            Self::Item(text) => text.len(),
            Self::Close => 0,
        }
    }
}

/// How many bytes the tokens take.
pub(super) fn length(tokens: &[Token]) -> usize {
    tokens.iter().map(Token::length).sum()
}

/// Divides `room` among parts of these lengths: what is short is whole, and what is longer than its fair share
/// gets that.
pub(super) fn shares(lengths: &[usize], room: usize) -> Vec<usize> {
    let mut order: Vec<(usize, usize)> = lengths.iter().copied().enumerate().collect();
    order.sort_by_key(|(_, length)| *length);
    let mut shares = vec![0; lengths.len()];
    let (mut left, mut parts) = (room, lengths.len());
    for (at, length) in order {
        let share = length.min(left / parts.max(1));
        if let Some(slot) = shares.get_mut(at) {
            *slot = share;
        }
        left -= share;
        parts -= 1;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::{Token, fit, shares};

    #[test]
    fn what_is_short_is_whole_and_the_rest_is_fair() {
        assert_eq!(shares(&[5, 0, 100, 40], 60), [5, 0, 28, 27]);
        assert_eq!(shares(&[5, 10], 60), [5, 10]);
        assert_eq!(shares(&[50, 50], 60), [30, 30]);
        assert_eq!(shares(&[], 60), Vec::<usize>::new());
        for room in 0..200 {
            assert!(shares(&[3, 70, 0, 12, 90], room).iter().sum::<usize>() <= room);
        }
    }

    fn tokens(items: usize) -> Vec<Token> {
        let open = |text: &str, end: &str| Token::Open { text: text.into(), end: end.into() };
        let mut all = vec![open("<details>\n", "</details>\n"), open("```\n", "```\n")];
        all.extend((0..items).map(|n| Token::Item(format!("item {n}\n"))));
        all.extend([Token::Close, Token::Close, open("<next>\n", "</next>\n")]);
        all.extend([Token::Item("last\n".into()), Token::Close]);
        all
    }

    #[test]
    fn it_is_cut_between_two_items_and_everything_is_closed() {
        let whole = fit(&tokens(3), 1000, "");
        assert_eq!(
            whole,
            "<details>\n```\nitem 0\nitem 1\nitem 2\n```\n</details>\n<next>\nlast\n</next>\n"
        );
        let long = fit(&tokens(100), 500, "Look.");
        assert!(long.len() <= 500, "{}", long.len());
        assert!(long.contains("\n```\n</details>\n\n**"), "{long}");
        let shown = long.matches("item").count();
        assert!(shown > 30 && long.contains(&format!("**{} more not shown.** Look.", 101 - shown)));
    }

    #[test]
    fn every_room_is_kept_to() {
        for room in 200..1400 {
            assert!(fit(&tokens(100), room, "Look.").len() <= room, "{room}");
        }
    }
}
