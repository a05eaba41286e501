//! The counts of a plan as GitLab's Terraform report, which GitLab shows in a merge request.

use crate::plan::{Plan, Summary};

/// `{"create":…,"update":…,"delete":…}`: what comes under management and what is switched on counts as
/// an update, what is switched off or forgotten as a delete.
pub fn gitlab(plan: &Plan) -> String {
    let Summary { create, adopt, update, enable, disable, delete, forget, .. } = plan.summary;
    let (update, delete) = (adopt + update + enable, disable + delete + forget);
    format!("{{\"create\":{create},\"update\":{update},\"delete\":{delete}}}\n")
}
