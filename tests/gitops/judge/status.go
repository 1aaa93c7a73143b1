package main

import (
	"context"

	"github.com/fluxcd/pkg/apis/kustomize"
	"github.com/fluxcd/pkg/runtime/cel"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
)

// kstatusOf asks the reference implementation of kstatus.
func kstatusOf(object *unstructured.Unstructured) (string, error) {
	result, err := status.Compute(object)
	if err != nil {
		return "", err
	}
	return result.Status.String(), nil
}

// fluxStatus asks Flux's own evaluator of health check expressions. An error of an expression is an error here:
// Flux would call the object unknown.
func fluxStatus(object *unstructured.Unstructured, exprs *kustomize.HealthCheckExpressions) (string, error) {
	evaluator, err := cel.NewStatusEvaluator(exprs)
	if err != nil {
		return "", err
	}
	result, err := evaluator.Evaluate(context.Background(), object)
	if err != nil {
		return "", err
	}
	return result.Status.String(), nil
}
