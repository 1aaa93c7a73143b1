-- To approve a plan, or to consent to losing data, is no action here: that belongs into Git or to kubectl, by
-- somebody who has read the plan.
local suspended = obj.spec.suspend == true
return {
  suspend = {disabled = suspended, displayName = "Suspend: let what runs end, and start nothing more"},
  resume = {disabled = not suspended, displayName = "Resume: let the operator go on"},
}
