//! Zoom's licence keys, once, as data: what each gives, how it is switched off, and whether it can be read.
//!
//! Sources: Zoom's SCIM changelogs (<https://developers.zoom.us/changelog/scim2>, 2023-11 to 2026-11) for the
//! names; KB0058988 and KB0070135 for bundles and phone keys. What a key is worth is told by its name where no
//! page says it. Zoom adds keys every few months: one that is not here passes with a note.

use super::Text;
use super::values::{LicenseValue, Value};

/// What `user_type` gives: Zoom's older way to a licence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserType {
    /// Takes a paid seat.
    Licensed,
    /// Takes a seat of its own.
    OnPrem,
    /// Takes none, or is not known.
    Free,
}

impl UserType {
    /// What a value gives.
    pub fn of(value: &str) -> Self {
        match value {
            "Licensed" => Self::Licensed,
            "On-Prem" => Self::OnPrem,
            _ => Self::Free,
        }
    }

    /// Whether it takes a seat that the other does not.
    pub fn is_lost_to(self, other: Option<Self>) -> bool {
        match self {
            Self::Licensed => other != Some(Self::Licensed),
            Self::OnPrem => !matches!(other, Some(Self::Licensed | Self::OnPrem)),
            Self::Free => false,
        }
    }
}

/// What a licence key gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LicenseKind {
    /// A plan that takes a seat.
    Bundle,
    /// Something beside a plan.
    AddOn,
    /// A part of Zoom Phone.
    Phone,
}

/// What values a key takes, and so what switches it off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LicenseForm {
    /// A plan's code or name; `""` is none.
    Code,
    /// On or off: `true`, `false`.
    Flag,
    /// As [`Self::Code`], but `"0"` is a value: Zoom chooses one (KB0070135, the extension number).
    Number,
}

/// What is known of one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LicenseSpec {
    /// Its name in Zoom's user extension.
    pub name: &'static str,
    /// What it gives.
    pub kind: LicenseKind,
    /// What values it takes.
    pub form: LicenseForm,
    /// Whether Zoom takes it and never shows it.
    pub write_only: bool,
    /// The key that gives the same by the subscription's id, where there is one.
    pub twin: Option<&'static str>,
}

const fn spec(
    name: &'static str,
    kind: LicenseKind,
    form: LicenseForm,
    twin: Option<&'static str>,
) -> LicenseSpec {
    LicenseSpec { name, kind, form, write_only: matches!(kind, LicenseKind::Phone), twin }
}

/// The table.
pub const LICENSES: &[LicenseSpec] = {
    use LicenseForm::{Code, Flag, Number};
    use LicenseKind::{AddOn, Bundle, Phone};
    &[
        spec("zoomUnited", Bundle, Code, None),
        spec("zoomOneBizPlus", Bundle, Code, None),
        spec("zoomOneEntPremier", Bundle, Code, None),
        spec("zoomOneEdu", Bundle, Code, None),
        spec("zoomOneEduEntPremier", Bundle, Code, None),
        spec("zoomOneSchoolCampusPlus", Bundle, Code, None),
        spec("zoomWorkplace", Bundle, Code, Some("zoomWorkplaceSubscription")),
        spec("eduStandardStudent", Bundle, Code, Some("eduStandardStudentSubscription")),
        spec("zoomPhoneCallingPlan", Phone, Code, Some("zoomPhoneCallingPlanSubscription")),
        spec("zoomPhoneNumber", Phone, Code, None),
        spec("zoomPhoneSite", Phone, Code, None),
        spec("zoomPhoneExtNumber", Phone, Number, None),
        spec("zoomIQ", AddOn, Flag, None),
        spec("zoomWhiteboard", AddOn, Flag, Some("zoomWhiteboardSubscription")),
        spec("zoomWhiteboardPlus", AddOn, Flag, None),
        spec("zoomHuddles", AddOn, Flag, None),
        spec("zoomTranslatedCaptions", AddOn, Flag, Some("zoomTranslatedCaptionsSubscription")),
        spec("zoomCustomerManagedKey", AddOn, Flag, Some("zoomCustomerManagedKeySubscription")),
        spec("zoomQualityManagement", AddOn, Flag, Some("zoomQualityManagementSubscription")),
        spec("zoomWorkforceManagement", AddOn, Flag, Some("zoomWorkforceManagementSubscription")),
        spec("zoomClipsPlus", AddOn, Flag, Some("zoomClipsPlusSubscription")),
        spec("zoomScheduler", AddOn, Flag, Some("zoomSchedulerSubscription")),
        spec("zoomRevenueAccelerator", AddOn, Flag, Some("zoomRevenueAcceleratorSubscription")),
        spec("zoomComplianceManagement", AddOn, Flag, Some("zoomComplianceManagementSubscription")),
        spec("zoomDocs", AddOn, Flag, Some("zoomDocsSubscription")),
        spec("zoomMailAndCalendar", AddOn, Flag, None),
        spec("visitorManagement", AddOn, Flag, Some("visitorManagementSubscription")),
        spec("zoomAutoDialer", AddOn, Flag, Some("zoomAutoDialerSubscription")),
        spec("zoomAICompanion", AddOn, Flag, Some("zoomAICompanionSubscription")),
        spec("zoomCustomAICompanion", AddOn, Flag, None),
        spec("zoomEnhancedMedia", AddOn, Flag, Some("zoomEnhancedMediaSubscription")),
        spec(
            "zoomAdvancedDataProtection",
            AddOn,
            Flag,
            Some("zoomAdvancedDataProtectionSubscription"),
        ),
        spec("cxInsights", AddOn, Flag, Some("cxInsightsSubscription")),
        spec("deepfakeRiskDetection", AddOn, Flag, None),
        spec("clinicalNotes", AddOn, Flag, None),
        spec("wvHqAgent", AddOn, Flag, None),
        spec("zoomEvents", AddOn, Code, None),
        spec("zoomContactCenterPackage", AddOn, Code, None),
        spec("zoomContactCenterUserTemplate", AddOn, Code, None),
        spec("zoomContactCenterAddonsPlan", AddOn, Code, None),
        // No licences, but in the same extension.
        spec("personalLinkName", AddOn, Code, None),
        spec("pronouns", AddOn, Code, None),
    ]
};

/// What is known of a key, and what is taken for granted of one that is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct License {
    /// What it gives. An unknown key may be a bundle, so it is guarded as one.
    pub kind: LicenseKind,
    /// What values it takes; `None` where it is not known.
    pub form: Option<LicenseForm>,
    /// Whether Zoom takes it and never shows it.
    pub write_only: bool,
    /// Whether the table has it.
    pub is_known: bool,
}

impl License {
    /// Looks a key up, without ASCII case, as SCIM names its attributes (RFC 7643 section 2.1).
    pub fn of(key: &str) -> Self {
        for spec in LICENSES {
            if spec.name.eq_ignore_ascii_case(key) {
                let LicenseSpec { kind, form, write_only, .. } = *spec;
                return Self { kind, form: Some(form), write_only, is_known: true };
            }
            // It holds the id of a subscription, whatever the key itself holds.
            if spec.twin.is_some_and(|twin| twin.eq_ignore_ascii_case(key)) {
                let LicenseSpec { kind, write_only, .. } = *spec;
                let form = Some(LicenseForm::Code);
                return Self { kind, form, write_only, is_known: true };
            }
        }
        let begins = |with: &str| {
            key.get(..with.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(with))
        };
        let is_phone = begins("zoomPhone");
        // Zoom's bundles are named `zoomWorkplaceBundle…` and `zoomOne…`; the next ones will be.
        let is_named = is_phone || begins("zoomWorkplaceBundle") || begins("zoomOne");
        Self {
            kind: if is_phone { LicenseKind::Phone } else { LicenseKind::Bundle },
            form: is_named.then_some(LicenseForm::Code),
            write_only: is_phone,
            is_known: is_named,
        }
    }

    /// Whether losing it counts as a removal.
    pub fn is_guarded(self) -> bool {
        matches!(self.kind, LicenseKind::Bundle | LicenseKind::Phone)
    }

    /// Whether a value of this key switches it off. Absent is off too.
    pub fn is_off(self, value: &LicenseValue) -> bool {
        match value {
            LicenseValue::Bool(on) => !on,
            LicenseValue::Text(text) => {
                text.is_empty()
                    || text == "0" && self.form != Some(LicenseForm::Number)
                    || text.eq_ignore_ascii_case("false")
            }
        }
    }

    /// Whether a value of this key, as a change holds it, switches it on.
    pub fn is_on(self, value: Option<&Value>) -> bool {
        value.and_then(Value::as_license).is_some_and(|value| !self.is_off(&value))
    }

    /// Whether two values of this key mean the same: everything that is off does, absent too.
    pub fn same(self, one: Option<&LicenseValue>, other: Option<&LicenseValue>) -> bool {
        let on = |value: Option<&LicenseValue>| match value.filter(|value| !self.is_off(value)) {
            // A cell of a table says `true` as a text.
            Some(LicenseValue::Text(text)) if text.eq_ignore_ascii_case("true") => {
                Some(LicenseValue::Bool(true))
            }
            value => value.map(LicenseValue::nfc),
        };
        on(one) == on(other)
    }

    /// The value as Zoom takes it for this key: one that switches it off is `false` for a flag, and a text
    /// else. Everything else goes as it is.
    pub fn sent(self, value: &LicenseValue) -> LicenseValue {
        match (self.form, value) {
            (Some(LicenseForm::Flag), value) if self.is_off(value) => LicenseValue::Bool(false),
            (Some(LicenseForm::Code | LicenseForm::Number), LicenseValue::Bool(false)) => {
                LicenseValue::Text(Text::default())
            }
            (_, value) => value.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LICENSES, License, LicenseKind as K, LicenseValue};

    fn text(text: &str) -> LicenseValue {
        LicenseValue::Text(text.into())
    }

    #[test]
    fn each_key_stands_once_and_is_found_under_its_name_and_its_twins() {
        for spec in LICENSES {
            for name in [Some(spec.name), spec.twin].into_iter().flatten() {
                let found = License::of(name);
                assert_eq!((found.kind, found.write_only), (spec.kind, spec.write_only), "{name}");
                assert!(found.is_known, "{name}");
                let named = |s: &super::LicenseSpec| s.name == name || s.twin == Some(name);
                assert_eq!(LICENSES.iter().filter(|spec| named(spec)).count(), 1, "{name}");
            }
        }
    }

    #[test]
    fn a_key_that_is_not_in_the_table_is_told_by_its_name_and_guarded_else() {
        for (key, kind, write_only, known) in [
            ("ZOOMONEBIZPLUS", K::Bundle, false, true),
            ("zoomWorkplaceBundleEnterprise", K::Bundle, false, true),
            ("zoomOneSomethingNew", K::Bundle, false, true),
            ("zoomPhoneSomethingNew", K::Phone, true, true),
            ("zoomSomethingElse", K::Bundle, false, false),
            ("", K::Bundle, false, false),
            ("zoomPhön", K::Bundle, false, false),
        ] {
            let found = License::of(key);
            assert_eq!((found.kind, found.write_only, found.is_known), (kind, write_only, known));
            assert!(found.is_guarded(), "{key}");
        }
        assert!(!License::of("zoomWhiteboard").is_guarded());
        assert!(!License::of("zoomWhiteboardSubscription").is_guarded());
    }

    #[test]
    fn whatever_is_off_is_the_same_and_is_sent_as_the_key_takes_it() {
        let off = [text(""), text("0"), text("false"), LicenseValue::Bool(false)];
        for key in ["zoomOneBizPlus", "zoomWhiteboard", "zoomPhoneCallingPlan", "zoomNew"] {
            let license = License::of(key);
            for one in &off {
                assert!(license.is_off(one), "{key} {one:?}");
                assert!(license.same(Some(one), None), "{key} {one:?}");
                assert!(off.iter().all(|other| license.same(Some(one), Some(other))));
                assert!(!license.same(Some(one), Some(&text("16"))));
                assert!(!license.same(Some(&LicenseValue::Bool(true)), Some(one)));
            }
            assert!(license.same(Some(&text("true")), Some(&LicenseValue::Bool(true))));
            assert!(!license.same(Some(&text("16")), Some(&text("32"))));
        }
        // Zoom gives an extension by itself where it is told "0".
        assert!(!License::of("zoomPhoneExtNumber").is_off(&text("0")));
        for (key, value, sent) in [
            ("zoomWhiteboard", text(""), LicenseValue::Bool(false)),
            ("zoomWhiteboard", text("0"), LicenseValue::Bool(false)),
            ("zoomWhiteboard", text("yes"), text("yes")),
            ("zoomOneBizPlus", LicenseValue::Bool(false), text("")),
            ("zoomOneBizPlus", text(""), text("")),
            ("zoomOneBizPlus", text("0"), text("0")),
            ("zoomPhoneExtNumber", text("0"), text("0")),
            ("zoomNew", LicenseValue::Bool(false), LicenseValue::Bool(false)),
            ("zoomNew", text(""), text("")),
        ] {
            assert_eq!(License::of(key).sent(&value), sent, "{key} {value:?}");
        }
    }
}
