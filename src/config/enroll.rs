//! `enroll`: which versions of Enroll may read the configuration, where the state is, and who can read it.

use hcl_edit::structure::Block;

use crate::diagnostic::{FileId, Span};
use crate::model::Encrypt;

use super::backend::{self, BackendBlock};
use super::blocks::Reader;
use super::encrypt;
use super::report::Report;
use super::version;

/// The block.
pub(super) struct EnrollBlock {
    pub(super) span: Span,
    pub(super) backend: Option<BackendBlock>,
    pub(super) encrypt: Option<Encrypt>,
}

/// Reads the block and checks `version` against it; `first` is the block read before, if any.
pub(super) fn read(
    report: &mut Report,
    file: FileId,
    block: &Block,
    own: &str,
    first: Option<Span>,
) -> EnrollBlock {
    let mut reader = Reader::new(file, block);
    let header = reader.header;
    if !block.labels.is_empty() {
        report.add(report.error(header, "`enroll` takes no label").help("write `enroll {`"));
    }
    if let Some(first) = first {
        report.add(
            report
                .error(header, "there are two `enroll` blocks")
                .related(report.place(first), "the first is here")
                .help("put everything into one"),
        );
    }
    if let Some(argument) = reader.take("required_version") {
        let example = "write a constraint such as \">= 0.1\" or \"~> 0.1.2\"";
        match argument.expression.as_str().map(|text| (version::meets(own, text), text)) {
            Some((Ok(true), _)) => {}
            Some((Ok(false), wanted)) => report.add(
                report
                    .error(
                        argument.value,
                        format!("this is Enroll {own}, the configuration wants {wanted}"),
                    )
                    .help("install a version that fits, or change `required_version`"),
            ),
            Some((Err(part), _)) => report.add(
                report
                    .error(argument.value, format!("`{part}` is no constraint on versions"))
                    .help(example),
            ),
            None => report.add(
                report
                    .error(argument.value, "`required_version` must be a plain text")
                    .help(example),
            ),
        }
    }
    let backend = backend::read(report, file, &mut reader);
    let encrypt = encrypt::read(report, file, &mut reader);
    reader.finish(report);
    EnrollBlock { span: header, backend, encrypt }
}
