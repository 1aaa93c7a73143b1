package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	lua "github.com/yuin/gopher-lua"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	luajson "layeh.com/gopher-json"
)

// health is what a health script returns.
type health struct {
	Status  string `json:"status"`
	Message string `json:"message"`
}

// The words that Argo CD accepts; any other makes the object Unknown.
var healthWords = []string{"Unknown", "Progressing", "Suspended", "Healthy", "Degraded", "Missing"}

// The libraries that Argo CD opens for the scripts in its ConfigMap, but for its os with time and date only: a
// script that does without runs there as well.
var libraries = []struct {
	name string
	open lua.LGFunction
}{{lua.LoadLibName, lua.OpenPackage}, {lua.BaseLibName, lua.OpenBase}, {lua.TabLibName, lua.OpenTable}}

// run runs a script on an object, and gives the table that it returns.
func run(object *unstructured.Unstructured, script string) (any, error) {
	state := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer state.Close()
	for _, library := range libraries {
		open := lua.P{Fn: state.NewFunction(library.open), Protect: true}
		if err := state.CallByParam(open, lua.LString(library.name)); err != nil {
			return nil, err
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	state.SetContext(ctx)
	state.SetGlobal("actionParams", state.NewTable())
	state.SetGlobal("obj", toLua(state, object.Object))
	if err := state.DoString(script); err != nil {
		return nil, err
	}
	returned := state.Get(-1)
	if returned.Type() != lua.LTTable {
		return nil, fmt.Errorf("it returns a %s, not a table", returned.Type())
	}
	text, err := luajson.Encode(returned)
	if err != nil {
		return nil, err
	}
	var value any
	err = json.Unmarshal(text, &value)
	return value, err
}

// toLua is as Argo CD's: whole numbers of an object are int64, which gopher-json does not take.
func toLua(state *lua.LState, value any) lua.LValue {
	switch value := value.(type) {
	case bool:
		return lua.LBool(value)
	case string:
		return lua.LString(value)
	case int64:
		return lua.LNumber(value)
	case float64:
		return lua.LNumber(value)
	case []any:
		table := state.CreateTable(len(value), 0)
		for _, item := range value {
			table.Append(toLua(state, item))
		}
		return table
	case map[string]any:
		table := state.CreateTable(0, len(value))
		for key, item := range value {
			table.RawSetString(key, toLua(state, item))
		}
		return table
	default:
		return lua.LNil
	}
}

// argoHealth is what Argo CD makes of an object with a health script. Of one that is being deleted it says so
// itself, before any script.
func argoHealth(object *unstructured.Unstructured, script string) (*health, error) {
	if object.GetDeletionTimestamp() != nil {
		return &health{Status: "Progressing", Message: "Pending deletion"}, nil
	}
	value, err := run(object, script)
	if err != nil {
		return nil, err
	}
	said, isObject := value.(map[string]any)
	if !isObject {
		return nil, errors.New("it returns a list")
	}
	status, _ := said["status"].(string)
	message, _ := said["message"].(string)
	if !slices.Contains(healthWords, status) {
		return nil, fmt.Errorf("%q is no health status", status)
	}
	return &health{Status: status, Message: message}, nil
}

// argoAction is the object that an action makes of another; Argo CD patches what differs.
func argoAction(object *unstructured.Unstructured, script string) (map[string]any, error) {
	value, err := run(object, script)
	if err != nil {
		return nil, err
	}
	changed, isObject := value.(map[string]any)
	if !isObject {
		return nil, errors.New("it returns a list; only the form that returns the object is understood here")
	}
	return emptied(changed, object.Object).(map[string]any), nil
}

// emptied gives back their kind to empty maps, which come out of Lua as empty lists, as Argo CD does.
func emptied(changed, before any) any {
	switch changed := changed.(type) {
	case map[string]any:
		if before, isMap := before.(map[string]any); isMap {
			for key, value := range changed {
				changed[key] = emptied(value, before[key])
			}
		}
	case []any:
		switch before := before.(type) {
		case map[string]any:
			if len(changed) == 0 {
				return map[string]any{}
			}
		case []any:
			for at := range min(len(changed), len(before)) {
				changed[at] = emptied(changed[at], before[at])
			}
		}
	}
	return changed
}
