-- The health of a LyncFailover. What is on its way, or waits for people, is Progressing and never Degraded.
-- Argo CD runs this without the string library.
local health = {status = "Progressing", message = "The operator has not looked yet."}
local status = obj.status
if status == nil or status.conditions == nil then
  return health
end
if status.observedGeneration ~= obj.metadata.generation then
  health.message = "The operator has not looked at this spec yet."
  return health
end

local conditions = {}
for _, condition in ipairs(status.conditions) do
  conditions[condition.type] = condition
end
local ready = conditions.Ready
if ready == nil then
  return health
end

local function holds(name)
  return conditions[name] ~= nil and conditions[name].status == "True"
end
-- Chosen by people in the spec: nothing is wrong, and nothing moves until they say so.
local chosen = {Suspended = true, Planned = true, Observing = true}

health.message = ready.message
if holds("Ready") then
  health.status = "Healthy"
elseif holds("Reconciling") then
  health.status = "Progressing"
elseif holds("Stalled") or ready.reason == "Drifted" then
  health.status = "Degraded"
elseif chosen[ready.reason] then
  health.status = "Suspended"
end
return health
