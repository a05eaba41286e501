//! Reads one block's arguments and nested blocks by name, and reports what nobody asked for.

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Attribute, Block, Structure};

use crate::diagnostic::{FileId, Span};
use crate::model::{Text, nfc};

use super::report::{Report, suggest};
use super::terraform;

/// An argument as written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Argument<'t> {
    /// Its name's place.
    pub(super) name: Span,
    /// Its value's place.
    pub(super) value: Span,
    /// Its value.
    pub(super) expression: &'t Expression,
}

/// One block while it is read. What is asked for is thereby known; `finish` reports the rest.
#[derive(Debug)]
pub(super) struct Reader<'t> {
    file: FileId,
    /// How the block is called in messages: `rule "x"`.
    pub(super) what: String,
    /// The block's first line: its name and labels.
    pub(super) header: Span,
    attributes: Vec<(&'t Attribute, bool)>,
    blocks: Vec<(&'t Block, bool)>,
    known_attributes: Vec<&'static str>,
    known_blocks: Vec<&'static str>,
}

impl<'t> Reader<'t> {
    /// Reads `block` of `file`.
    pub(super) fn new(file: FileId, block: &'t Block) -> Self {
        let mut what = block.ident.as_str().to_owned();
        for label in &block.labels {
            what.extend([" \"", label.as_str(), "\""]);
        }
        let mut reader = Self {
            file,
            what,
            header: header(file, block),
            attributes: Vec::with_capacity(block.body.len()),
            blocks: Vec::new(),
            known_attributes: Vec::new(),
            known_blocks: Vec::new(),
        };
        for structure in &block.body {
            match structure {
                Structure::Attribute(attribute) => reader.attributes.push((attribute, false)),
                Structure::Block(block) => reader.blocks.push((block, false)),
            }
        }
        reader
    }

    /// The argument `name`, if it is there.
    pub(super) fn take(&mut self, name: &'static str) -> Option<Argument<'t>> {
        self.known_attributes.push(name);
        let (attribute, taken) =
            self.attributes.iter_mut().find(|(attribute, _)| attribute.key.as_str() == name)?;
        *taken = true;
        Some(argument(self.file, attribute))
    }

    /// The argument `name`, whose absence is an error.
    pub(super) fn require(
        &mut self,
        report: &mut Report,
        name: &'static str,
        example: &str,
    ) -> Option<Argument<'t>> {
        let found = self.take(name);
        if found.is_none() {
            let summary = format!("{} has no `{name}`", self.what);
            report.add(report.error(self.header, summary).help(format!("add `{example}`")));
        }
        found
    }

    /// Whether the argument `name` is not there.
    pub(super) fn missing(&self, name: &str) -> bool {
        !self.attributes.iter().any(|(attribute, _)| attribute.key.as_str() == name)
    }

    /// All arguments, whatever their name, in the order written.
    pub(super) fn take_all(&mut self) -> Vec<(&'t str, Argument<'t>)> {
        let file = self.file;
        self.attributes
            .iter_mut()
            .map(|(attribute, taken)| {
                *taken = true;
                (attribute.key.as_str(), argument(file, attribute))
            })
            .collect()
    }

    /// The nested block `name`, which may stand here once and takes no label.
    pub(super) fn block(&mut self, report: &mut Report, name: &'static str) -> Option<Self> {
        self.known_blocks.push(name);
        let file = self.file;
        let mut found: Option<Self> = None;
        for (block, taken) in self.blocks.iter_mut().filter(|(b, _)| b.ident.as_str() == name) {
            *taken = true;
            let reader = Self::new(file, block);
            if let Some(first) = &found {
                report.add(
                    report
                        .error(reader.header, format!("{} has two `{name}` blocks", self.what))
                        .related(report.place(first.header), "the first is here"),
                );
                continue;
            }
            if !block.labels.is_empty() {
                report.add(
                    report
                        .error(reader.header, format!("`{name}` takes no label"))
                        .help(format!("write `{name} {{`")),
                );
            }
            found = Some(Self { what: format!("`{name}` of {}", self.what), ..reader });
        }
        found
    }

    /// The nested blocks `name`, with whatever labels they have.
    pub(super) fn labelled(&mut self, name: &'static str) -> Vec<&'t Block> {
        self.known_blocks.push(name);
        let named = self.blocks.iter_mut().filter(|(block, _)| block.ident.as_str() == name);
        named
            .map(|(block, taken)| {
                *taken = true;
                *block
            })
            .collect()
    }

    /// The argument `name`, which is not among those that may stand here.
    pub(super) fn take_unknown(&mut self, name: &'static str) -> Option<Argument<'t>> {
        let found = self.take(name);
        self.known_attributes.pop();
        found
    }

    /// Reports every argument and block that nobody asked for.
    pub(super) fn finish(self, report: &mut Report) {
        for (attribute, _) in self.attributes.iter().filter(|(_, taken)| !taken) {
            if report.is_full() {
                return;
            }
            let name = attribute.key.as_str();
            let span = argument(self.file, attribute).name;
            let help = if self.known_blocks.contains(&name) {
                format!("`{name}` is a block: write `{name} {{ … }}` without `=`")
            } else if let Some(help) = terraform::argument(name) {
                help.to_owned()
            } else {
                suggest(name, self.known_attributes.iter().copied(), "its arguments")
            };
            let summary = format!("{} takes no argument `{name}`", self.what);
            report.add(report.error(span, summary).help(help));
        }
        for (block, _) in self.blocks.iter().filter(|(_, taken)| !taken) {
            if report.is_full() {
                return;
            }
            let name = block.ident.as_str();
            let help = if self.known_attributes.contains(&name) {
                format!("`{name}` is an argument: write `{name} = …`")
            } else if let Some(help) = terraform::block(name).or_else(|| terraform::argument(name))
            {
                help.to_owned()
            } else if self.known_blocks.is_empty() {
                "no block can stand here".to_owned()
            } else {
                suggest(name, self.known_blocks.iter().copied(), "its blocks")
            };
            let summary = format!("{} takes no block `{name}`", self.what);
            report.add(report.error(header(self.file, block), summary).help(help));
        }
    }
}

/// Reads the one label that names a block, in normalization form C; no label, several, or one that is no name is an error.
pub(super) fn label(report: &mut Report, file: FileId, block: &Block) -> Option<(Text, Span)> {
    let kind = block.ident.as_str();
    let header = header(file, block);
    let [label] = block.labels.as_slice() else {
        let summary = if block.labels.is_empty() {
            format!("this `{kind}` has no name")
        } else {
            format!("`{kind}` takes one label, its name")
        };
        report.add(report.error(header, summary).help(format!("write `{kind} \"NAME\" {{`")));
        return None;
    };
    let span = span_of(file, label.span()).unwrap_or(header);
    let name = label.as_str();
    if hcl_edit::Ident::try_new(name).is_err() {
        report.add(report.error(span, format!("`{name}` can't be the name of a {kind}")).help(
            "a name begins with a letter or `_` and goes on with letters, digits, `_` and `-`",
        ));
        return None;
    }
    Some((Text::from(nfc(name)), span))
}

/// The span of a range, where the parser gave one.
pub(super) fn span_of(file: FileId, range: Option<std::ops::Range<usize>>) -> Option<Span> {
    range.map(|range| Span::new(file, range))
}

/// A block's name and labels.
pub(super) fn header(file: FileId, block: &Block) -> Span {
    let ident = block.ident.span().or_else(|| block.span()).unwrap_or(0..0);
    let end = block.labels.iter().filter_map(hcl_edit::Span::span).map(|range| range.end).max();
    Span::new(file, ident.start..end.unwrap_or(ident.end).max(ident.end))
}

/// An argument with its places.
pub(super) fn argument(file: FileId, attribute: &Attribute) -> Argument<'_> {
    let value = attribute.value.span().or_else(|| attribute.span()).unwrap_or(0..0);
    let name = attribute.key.span().or_else(|| attribute.span()).unwrap_or_else(|| value.clone());
    Argument {
        name: Span::new(file, name),
        value: Span::new(file, value),
        expression: &attribute.value,
    }
}
