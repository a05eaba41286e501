//! Every renderer, and what all of them promise: nothing from outside moves the terminal.
//!
//! A renderer of plans belongs into [`shown_plan`], with what its format promises besides.

use enroll::diagnostic::{Diagnostic, Sources, Span};
use enroll::event::{Event, Outcome, Trouble, What};
use enroll::model::{Action, Address};
use enroll::plan::{Plan, redacted, redacted_findings};
use enroll::port::{Failure, FailureKind, Finished};
use enroll::{codec, render};

use crate::engine::fuzz;

/// Nothing in a text without colours moves the terminal or turns the direction of writing.
pub(crate) fn quiet(text: &str) {
    let bad = |c: char| {
        c.is_control() && c != '\n'
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert_eq!(text.chars().find(|c| bad(*c)), None, "{text:?}");
}

/// A plan in every format, also redacted.
pub(crate) fn shown_plan(plan: &Plan) {
    in_every_format(plan);
    in_every_format(&redacted(plan));
    shown_findings(&redacted_findings(&plan.diagnostics));
}

fn in_every_format(plan: &Plan) {
    quiet(&render::text(plan, false));
    quiet(&render::changes(plan, false));
    render::text(plan, true);
    for limit in [render::LEAST_BYTES, 60_000] {
        let markdown = render::markdown(plan, limit);
        quiet(&markdown);
        assert!(markdown.len() <= limit && markdown.matches("<!--").count() == 1, "{markdown}");
    }
    let html = render::html(plan);
    assert_eq!(html.to_lowercase().matches("<script").count(), 1, "{html}");
    serde_json::from_str::<serde_json::Value>(&render::gitlab(plan)).unwrap();
    quiet(&render::diagnostics(&render::refused_guards(plan), false));
    quiet(&render::diagnostics(&plan.diagnostics, false));
    let json = codec::plan::write(plan);
    serde_json::from_str::<serde_json::Value>(&json).unwrap();
}

/// Findings as text and as JSON.
pub(crate) fn shown_findings(found: &[Diagnostic]) {
    quiet(&render::diagnostics(found, false));
    render::diagnostics(found, true);
    quiet(&render::markdown_failed(found, render::LEAST_BYTES));
    let json = codec::plan::failed(found);
    serde_json::from_str::<serde_json::Value>(&json).unwrap();
}

/// Findings and events made of the input's words, at places that the input draws.
fn of_words(input: &[u8]) -> String {
    let text = String::from_utf8_lossy(input);
    let number = |at: usize| usize::from(input.get(at).copied().unwrap_or(0));
    let mut sources = Sources::default();
    let file = sources.add(&text, text.to_string());
    let span = |at: usize| Span::new(file, number(at)..number(at) + number(at + 1));
    let found = Diagnostic::error(text.as_ref())
        .at(sources.place(span(0)))
        .detail(text.as_ref())
        .related(sources.place(span(2)), text.as_ref())
        .help(text.as_ref());
    sources.mask(span(4));
    shown_findings(&[found.clone(), found.at(sources.place(span(0)))]);

    let failure = Failure {
        status: Some(500),
        tracking_id: Some(text.to_string()),
        help: vec![text.to_string()],
        ..Failure::new(FailureKind::Service, text.as_ref())
    };
    let event = |what| Event {
        address: Address::new(text.as_ref(), text.as_ref()),
        user_name: text.as_ref().into(),
        id: Some(text.as_ref().into()),
        action: Action::Create,
        what,
    };
    let failed = event(What::Failed(Trouble { failure: failure.clone(), attribute: None }));
    for event in [&failed, &event(What::Start), &event(What::Done), &event(What::Skipped)] {
        quiet(&render::event(event).unwrap_or_default());
        let line = codec::event::write(event);
        assert_eq!(line.trim_end().lines().count(), 1, "{line}");
        serde_json::from_str::<serde_json::Value>(&line).unwrap();
    }
    let run = codec::audit::Run {
        who: text.to_string(),
        actor: Some(text.to_string()),
        sandbox: false,
        lineage: text.as_ref().into(),
        serial: 1,
    };
    for failure in [None, Some((&failure, None))] {
        let name = text.as_ref().into();
        let finished = Finished {
            address: &failed.address,
            user_name: &name,
            id: Some(&name),
            action: Action::Create,
            at: &name,
            tracking_id: Some(&text),
            failure,
        };
        let line = codec::audit::line(&run, &finished);
        assert_eq!(line.trim_end_matches('\n').lines().count(), 1, "{line}");
        let read: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(read["user_name"], text.as_ref());
    }
    let outcome = Outcome {
        failed: vec![failed],
        stopped: vec![(text.as_ref().into(), failure)],
        ..Outcome::default()
    };
    quiet(&render::outcome(&outcome));
    shown_findings(&render::failures(&outcome));
    String::new()
}

#[test]
fn words() {
    let seeds = [
        "a plain name",
        "A\u{1b}[2K\u{1b}]0;x\u{7}\u{202e}d\u{200b}a\u{9b}31m",
        "\u{5}\u{10}\u{2}\nlines\r\nof\ttext\n",
        "👩‍🚀é\u{301}\u{0}",
    ];
    fuzz("words", seeds.map(|seed| seed.as_bytes().to_vec()).to_vec(), of_words);
}
