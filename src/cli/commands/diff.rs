//! `enroll diff`

use crate::cli::args::DiffArgs;
use crate::cli::context::Context;
use crate::cli::exit::{Exit, Stop};
use crate::cli::session::Session;
use crate::config::{self, Configuration, Inputs};
use crate::desired::Desired;
use crate::diagnostic::{self, Diagnostic, Place};
use crate::disk::{Commit, Repository, Revision};
use crate::model::{Text, nfc};
use crate::plan::{self, Between, Plan};

pub(in crate::cli) fn run(context: &Context, args: &DiffArgs) -> Result<Exit, Stop> {
    let review = &args.review;
    review.checked(context)?;
    let plan = make(context, args).map_err(|stop| review.no_plan(context, stop))?;
    review.show(context, &plan);
    let changes = args.detailed_exitcode && plan.has_work();
    Ok(if changes { Exit::Changes } else { Exit::Success })
}

fn make(context: &Context, args: &DiffArgs) -> Result<Plan, Stop> {
    let named = named(&args.base, args.head.as_deref())?;
    let repository = Repository::open(&context.root, Context::for_git())?;
    let head = named.head.map(|name| repository.commit(name)).transpose()?;
    let mut base = repository.commit(named.base)?;
    if named.merge_base {
        let tip = head.clone().map_or_else(|| repository.commit("HEAD"), Ok)?;
        base = repository.merge_base(&base, &tip)?;
    }
    let inputs = context.inputs()?;
    let before = before(&repository, &base, &inputs);
    let after = match &head {
        Some(head) => at(&Revision::new(&repository, head)?, head, &inputs),
        None => load(config::load(&Session::tree(context), &inputs)),
    };
    let (before, (after, warnings)) = match (before, after) {
        (Ok(before), Ok(after)) => (before, after),
        // What is wrong with either is said at once.
        (before, after) => {
            let of_both = [before.err(), after.err()].into_iter().flatten().flatten();
            return Err(Stop::new(Exit::Error, of_both.collect()));
        }
    };
    let revisions = Between { base: revision(&base), head: head.as_ref().map(revision) };
    let allow_empty: Vec<Text> = args.allow_empty.iter().map(|name| nfc(name).into()).collect();
    let mut plan = plan::between(&before, &after.desired, &after.digest, revisions, &allow_empty)?;
    plan.diagnostics.extend(warnings);
    diagnostic::sort(&mut plan.diagnostics);
    Ok(plan)
}

/// Which revisions somebody names.
#[derive(Debug, PartialEq, Eq)]
struct Named<'a> {
    base: &'a str,
    /// `None` is the work tree.
    head: Option<&'a str>,
    /// Whether it is not the base itself, but where the head branched off from it.
    merge_base: bool,
}

/// Reads git's dots: `base...head`, `base...`, `base..head`.
fn named<'a>(base: &'a str, head: Option<&'a str>) -> Result<Named<'a>, Diagnostic> {
    let (base, behind, merge_base) = if let Some((base, behind)) = base.split_once("...") {
        (base, Some(behind).filter(|behind| !behind.is_empty()), true)
    } else if let Some((base, behind)) = base.split_once("..") {
        (base, Some(behind).filter(|behind| !behind.is_empty()), false)
    } else {
        (base, None, false)
    };
    if base.is_empty() {
        return Err(Diagnostic::error("there is no revision to compare with")
            .help("name the older one first: `enroll diff main...`"));
    }
    match (behind, head) {
        (Some(behind), Some(head)) => Err(Diagnostic::error(format!(
            "`{behind}` and `{head}` can't both be the newer revision"
        ))
        .help("write `enroll diff BASE HEAD` or `enroll diff BASE...HEAD`")),
        (head, None) | (None, head) => Ok(Named { base, head, merge_base }),
    }
}

/// What the older revision asks for: nothing where there was no configuration yet.
fn before(
    repository: &Repository,
    commit: &Commit,
    inputs: &Inputs,
) -> Result<Desired, Vec<Diagnostic>> {
    let files = Revision::new(repository, commit).map_err(|error| vec![error])?;
    if !files.has_configuration() {
        return Ok(Desired::default());
    }
    // What was questionable before is of no interest now.
    at(&files, commit, inputs).map(|(configuration, _)| configuration.desired)
}

type Loaded = Result<(Configuration, Vec<Diagnostic>), Vec<Diagnostic>>;

/// Reads the configuration of a revision. What is found points at `REVISION:FILE`, as git writes it.
fn at(files: &Revision, commit: &Commit, inputs: &Inputs) -> Loaded {
    let mut loaded = config::load(files, inputs);
    let name = &commit.name;
    let rename = |place: &mut Place| place.file = format!("{name}:{}", place.file).into();
    for found in &mut loaded.diagnostics {
        match &mut found.place {
            Some(place) => rename(place),
            None => found.summary = format!("{} (at revision `{name}`)", found.summary),
        }
        found.related.iter_mut().for_each(|(place, _)| rename(place));
    }
    load(loaded)
}

fn load(loaded: config::Loaded) -> Loaded {
    match loaded.configuration {
        // A plan between revisions is about everybody or nobody.
        Some(configuration) if !diagnostic::any_error(&loaded.diagnostics) => {
            Ok((configuration, loaded.diagnostics))
        }
        Some(_) | None => Err(loaded.diagnostics),
    }
}

fn revision(commit: &Commit) -> plan::Revision {
    plan::Revision { name: commit.name.as_str().into(), commit: commit.id.as_str().into() }
}

#[cfg(test)]
mod tests {
    use super::{Named, named};

    #[test]
    fn the_dots_are_those_of_git() {
        let all = |base, head, merge_base| Ok(Named { base, head, merge_base });
        let read = |base, head| named(base, head).map_err(|error| error.summary);
        assert_eq!(read("a", None), all("a", None, false));
        assert_eq!(read("a", Some("b")), all("a", Some("b"), false));
        assert_eq!(read("a...", None), all("a", None, true));
        assert_eq!(read("a...", Some("b")), all("a", Some("b"), true));
        assert_eq!(read("a...b", None), all("a", Some("b"), true));
        assert_eq!(read("a..b", None), all("a", Some("b"), false));
        for (base, head) in [("", None), ("...", None), ("...b", None), ("a...b", Some("c"))] {
            assert!(read(base, head).is_err(), "{base} {head:?}");
        }
    }
}
