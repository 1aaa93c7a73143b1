{{- /* The name of everything: that of the release, with the chart's unless it is part of it. */ -}}
{{- define "lync-failover.name" -}}
{{- $name := ternary .Release.Name (printf "%s-%s" .Release.Name .Chart.Name) (contains .Chart.Name .Release.Name) -}}
{{- $name | trunc 53 | trimSuffix "-" -}}
{{- end -}}

{{- define "lync-failover.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "lync-failover.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (include "lync-failover.name" .) -}}
{{- end -}}

{{- define "lync-failover.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{- /* What the operator does in the namespaces that it watches. */ -}}
{{- define "lync-failover.watchRules" -}}
# The finalizer that keeps a LyncDeployment while a cmdlet runs.
- apiGroups: [lyncfailover.dev]
  resources: [lyncdeployments]
  verbs: [get, list, watch, patch]
- apiGroups: [lyncfailover.dev]
  resources: [lyncfailovers]
  verbs: [get, list, watch]
- apiGroups: [lyncfailover.dev]
  resources: [lyncdeployments/status, lyncfailovers/status]
  verbs: [patch]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create, patch]
{{- end -}}

{{- /* The rights of people, which a ClusterRole or a Role gives. A status is the operator's word: nobody is given the
right to write it. */ -}}
{{- define "lync-failover.viewerRules" -}}
- apiGroups: [lyncfailover.dev]
  resources: [lyncdeployments, lyncfailovers]
  verbs: [get, list, watch]
# Whether the operator lives: its Lease, where it lives.
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  resourceNames: [lync-failover]
  verbs: [get, list]
{{- end -}}

{{- define "lync-failover.editorRules" -}}
- apiGroups: [lyncfailover.dev]
  resources: [lyncdeployments, lyncfailovers]
  verbs: [get, list, watch, create, update, patch, delete, deletecollection, apply]
{{- end -}}

{{- define "lync-failover.approverRules" -}}
- apiGroups: [lyncfailover.dev]
  resources: [lyncdeployments]
  verbs: [get, list, watch]
- apiGroups: [lyncfailover.dev]
  resources: [lyncfailovers]
  verbs: [get, list, watch, update, patch, approve]
{{- end -}}

{{- /* What Pod Security `restricted` asks of a Pod, and of its container; and nothing is written on the image. */ -}}
{{- define "lync-failover.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "lync-failover.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}
