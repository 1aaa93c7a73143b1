// Judge says what GitOps tools make of an object: one JSON request a line on standard input, one JSON answer a
// line on standard output. README.md says what judges.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"github.com/fluxcd/pkg/apis/kustomize"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// request is an object, and the texts that its owner gives to the tools.
type request struct {
	Object    json.RawMessage                   `json:"object"`
	HealthLua string                            `json:"healthLua"`
	Discovery string                            `json:"discoveryLua"`
	Action    string                            `json:"actionLua"`
	Flux      *kustomize.HealthCheckExpressions `json:"flux"`
}

// answer has what was asked for.
type answer struct {
	Kstatus   string         `json:"kstatus"`
	Argo      *health        `json:"argo,omitempty"`
	Flux      string         `json:"flux,omitempty"`
	Discovery any            `json:"discovery,omitempty"`
	Action    map[string]any `json:"action,omitempty"`
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 16<<20)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		answer, err := judge(lines.Bytes())
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if err := out.Encode(answer); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	if err := lines.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func judge(line []byte) (*answer, error) {
	var asked request
	if err := json.Unmarshal(line, &asked); err != nil {
		return nil, err
	}
	// Not encoding/json: it makes every number a float64, which kstatus refuses.
	object := &unstructured.Unstructured{}
	if err := object.UnmarshalJSON(asked.Object); err != nil {
		return nil, err
	}
	said := &answer{}
	var err error
	if said.Kstatus, err = kstatusOf(object); err != nil {
		return nil, fmt.Errorf("kstatus: %w", err)
	}
	if asked.Flux != nil {
		if said.Flux, err = fluxStatus(object, asked.Flux); err != nil {
			return nil, fmt.Errorf("Flux: %w", err)
		}
	}
	if asked.HealthLua != "" {
		if said.Argo, err = argoHealth(object, asked.HealthLua); err != nil {
			return nil, fmt.Errorf("health.lua: %w", err)
		}
	}
	if asked.Discovery != "" {
		if said.Discovery, err = run(object, asked.Discovery); err != nil {
			return nil, fmt.Errorf("discovery.lua: %w", err)
		}
	}
	if asked.Action != "" {
		if said.Action, err = argoAction(object, asked.Action); err != nil {
			return nil, fmt.Errorf("action.lua: %w", err)
		}
	}
	return said, nil
}
