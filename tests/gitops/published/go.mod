// The definitions of the kinds that examples/gitops uses, as their projects publish them: they are files of these
// modules. Nothing of them is compiled.
module published

go 1.26

require (
	github.com/argoproj/argo-cd/v3 v3.5.7
	github.com/fluxcd/kustomize-controller v1.9.6
	github.com/fluxcd/source-controller v1.9.6
)
