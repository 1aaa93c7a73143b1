//! Why the API server did not answer, for a tired person: what was asked, where, what came back, what to do.

use std::fmt;

use super::{
    cluster::Cluster,
    read::{PATIENCE, Unanswered},
    report::Scope,
    screen::clean,
};
use crate::cli::CliError;

/// What was asked for.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    /// The plural of the kind.
    pub resource: String,
    /// Where.
    pub scope: Scope,
}

/// A question without an answer.
#[derive(Debug)]
pub(super) struct Trouble(String);

impl Trouble {
    /// Puts it into words.
    pub(super) fn new(asked: Asked, why: Unanswered, cluster: &Cluster) -> Self {
        Self(match why {
            Unanswered::TimedOut => format!(
                "the API server at {} did not answer about {asked} within {} s. See whether `kubectl get --raw /readyz` \
                 answers.",
                cluster.url,
                PATIENCE.as_secs()
            ),
            Unanswered::Kube(error) => answered(&asked, &error, &cluster.url),
        })
    }
}

fn answered(asked: &Asked, error: &kube::Error, url: &str) -> String {
    let kube::Error::Api(status) = error else {
        return format!(
            "no way to the API server at {url}, asked about {asked}: {}. See whether the network is there and `kubectl \
             cluster-info` answers; --context chooses another cluster.",
            clean(&error.to_string())
        );
    };
    let said = clean(&status.message);
    if status.is_forbidden() {
        return forbidden(asked, &said);
    }
    if status.code == 401 {
        return format!(
            "the API server at {url} does not know who you are, asked about {asked}: {said}. Log in again, or choose \
             another context with --context."
        );
    }
    // An API group that nobody serves is answered with a bare text, which has no reason.
    if status.is_not_found() || status.code == 404 {
        return format!(
            "the API server at {url} does not know {}: the definitions are not installed. The installation brings them \
             (kubectl apply --server-side -f crds/); if another cluster was meant, --context chooses it.",
            asked.resource
        );
    }
    format!("the API server at {url} refused to tell about {asked}: {said} (code {})", status.code)
}

fn forbidden(asked: &Asked, said: &str) -> String {
    let (verb, bind) = match &asked.scope {
        Scope::All => (
            "list",
            "kubectl create clusterrolebinding lync-viewer --clusterrole=lync-failover-viewer --user=YOU"
                .to_owned(),
        ),
        Scope::Namespace(namespace) => (
            if asked.resource == "leases" { "get" } else { "list" },
            format!(
                "kubectl create rolebinding lync-viewer --clusterrole=lync-failover-viewer --user=YOU -n {namespace}"
            ),
        ),
    };
    let narrower = match asked.scope {
        Scope::All => " With -n you see the namespaces in which you have it.",
        Scope::Namespace(_) => "",
    };
    format!(
        "you may not {verb} {asked}. The role lync-failover-viewer gives that right; a cluster administrator binds it: \
         {bind}.{narrower} The API server said: {said}"
    )
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.resource, self.scope)
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Trouble> for CliError {
    fn from(trouble: Trouble) -> Self {
        Self::Failed(trouble.0)
    }
}

#[cfg(test)]
mod tests {
    use kube::core::Status;

    use super::*;

    fn said(code: u16, reason: &str, scope: Scope) -> String {
        let status = Status::failure("the\u{1b}[31m words", reason).with_code(code);
        let asked = Asked { resource: "lyncfailovers".to_owned(), scope };
        answered(&asked, &kube::Error::Api(Box::new(status)), "https://c/")
    }

    #[test]
    fn a_missing_right_is_named_with_the_role_that_gives_it() {
        let one = said(403, "Forbidden", Scope::Namespace("lync-dr".to_owned()));
        assert!(one.contains("you may not list lyncfailovers in namespace lync-dr"), "{one}");
        assert!(one.contains("rolebinding lync-viewer --clusterrole=lync-failover-viewer"), "{one}");
        assert!(one.contains("-n lync-dr"), "{one}");
        assert!(!one.contains('\u{1b}'), "{one}");
        let all = said(403, "Forbidden", Scope::All);
        assert!(all.contains("clusterrolebinding") && all.contains("With -n"), "{all}");
    }

    #[test]
    fn a_kind_that_is_not_there_is_no_missing_object() {
        let text = said(404, "NotFound", Scope::All);
        assert!(text.contains("definitions are not installed") && text.contains("crds/"), "{text}");
        assert!(said(401, "Unauthorized", Scope::All).contains("Log in again"));
        assert!(said(500, "InternalError", Scope::All).contains("code 500"));
    }
}
