//! Whether a blank stands between two tokens of a line.

use super::token::{Kind, Token};

/// Whether a blank stands after `subject`, which `before` comes before, if anything does.
#[allow(
    clippy::match_same_arms,
    clippy::unnested_or_patterns,
    reason = "the order counts: the first row that fits decides"
)]
pub(super) fn space_between(
    before: Option<&Token<'_>>,
    subject: &Token<'_>,
    after: &Token<'_>,
) -> bool {
    use Kind as K;
    let literal = |kind| matches!(kind, K::Literal);
    let before = before.map(|token| token.kind);
    match (subject.kind, after.kind) {
        (_, K::Newline)
        | (K::Ident, K::OpenParen)
        | (K::Dot | K::DoubleColon, _)
        | (_, K::Dot | K::DoubleColon | K::Comma | K::Ellipsis) => false,
        (K::Comma, _) => true,
        (K::OpenQuote | K::OpenHeredoc, _) | (_, K::CloseQuote | K::CloseHeredoc) => false,
        (subject, after) if literal(subject) || literal(after) => false,
        // `for x in [1]`, where `in[1]` would read like an index.
        (K::Ident, _) if subject.text == "in" && before == Some(K::Ident) => true,
        (K::Ident | K::Number, K::OpenBracket) | (K::Bang, _) => false,
        (_, K::OpenBracket) if subject.bracket() < 0 => false,
        (K::Minus, _) => !negates(before),
        (K::OpenBrace, K::CloseBrace) => false,
        (K::OpenBrace, _)
        | (_, K::CloseBrace)
        | (K::Interpolation | K::Directive, K::OpenBrace)
        | (K::CloseBrace, K::TemplateEnd) => true,
        (K::TemplateEnd, K::Interpolation | K::Directive) => false,
        _ => subject.bracket() <= 0 && after.bracket() >= 0,
    }
}

/// Whether a minus is a sign rather than a difference, after what stands before it.
fn negates(before: Option<Kind>) -> bool {
    matches!(
        before,
        None | Some(
            Kind::OpenParen
                | Kind::OpenBrace
                | Kind::OpenBracket
                | Kind::Equal
                | Kind::Colon
                | Kind::Comma
                | Kind::Question
                | Kind::Operator
                | Kind::Minus
                | Kind::Bang
        )
    )
}
