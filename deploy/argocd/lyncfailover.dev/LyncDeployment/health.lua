-- The health of a LyncDeployment: whether Lync is reached and seen, whatever state its pools are in. That it cannot
-- be reached for a while is Progressing: the operator goes on trying.
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

health.message = ready.message
if holds("Ready") then
  health.status = "Healthy"
elseif holds("Stalled") and not holds("Reconciling") then
  health.status = "Degraded"
end
return health
