//! The cmdlets that export. The module on a host runs them; nobody else does.

use crate::lync::{ExportOf, Invocation};

impl ExportOf {
    /// The cmdlet with its arguments, as the module runs it or a person does. Nothing is taken out of Lync:
    /// `-RemoveExportedConfiguration` is not known here.
    pub fn cmdlet(&self, file: &str) -> Invocation {
        let call = match self {
            Self::Configuration => Invocation::new("Export-CsConfiguration"),
            Self::Locations => Invocation::new("Export-CsLisConfiguration"),
            Self::ResponseGroups(pool) => Invocation::new("Export-CsRgsConfiguration")
                .text("Source", format_args!("service:ApplicationServer:{pool}")),
        };
        call.text("FileName", file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_export_has_its_cmdlet() {
        let pool = "pool1.contoso.com".parse().expect("valid");
        let all = [ExportOf::Configuration, ExportOf::Locations, ExportOf::ResponseGroups(pool)];
        assert_eq!(
            all.map(|of| of.cmdlet("C:\\a.zip").to_string()),
            [
                "Export-CsConfiguration -FileName C:\\a.zip",
                "Export-CsLisConfiguration -FileName C:\\a.zip",
                "Export-CsRgsConfiguration -Source service:ApplicationServer:pool1.contoso.com -FileName C:\\a.zip",
            ]
        );
    }
}
