{{- define "entrygo.labels" -}}
app.kubernetes.io/name: entrygo
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .name }}
{{- end }}

{{- define "entrygo.chartLabels" -}}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "entrygo.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{/* One list of variables: `env` (templates) and `secretEnv` (name and key of a Secret). */}}
{{- define "entrygo.env" -}}
{{- range $name, $value := .env }}
- name: {{ $name }}
  value: {{ tpl (toString $value) $.root | quote }}
{{- end }}
{{- range $name, $from := .secretEnv }}
- name: {{ $name }}
  valueFrom:
    secretKeyRef:
      name: {{ $from.name }}
      key: {{ $from.key }}
{{- end }}
{{- end }}

{{- define "entrygo.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "entrygo.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{/* A pod of the operator's that runs `command`: its own variables, and those of execution that name the documents. */}}
{{- define "entrygo.operatorPod" -}}
{{- $operator := .root.Values.operator }}
{{- $execution := .root.Values.processes.execution }}
{{- $env := merge (dict) $operator.env .root.Values.env }}
{{- $secretEnv := merge (dict) $operator.secretEnv }}
{{- range $name := $operator.ofExecution }}
{{- if hasKey $execution.env $name }}{{ $_ := set $env $name (get $execution.env $name) }}{{ end }}
{{- if hasKey $execution.secretEnv $name }}{{ $_ := set $secretEnv $name (get $execution.secretEnv $name) }}{{ end }}
{{- end -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  {{- include "entrygo.podSecurity" .root | nindent 2 }}
containers:
  - name: operator
    image: {{ include "entrygo.image" .root }}
    imagePullPolicy: {{ .root.Values.image.pullPolicy }}
    command: {{ toJson .command }}
    env:
      {{- include "entrygo.env" (dict "root" .root "env" $env "secretEnv" $secretEnv) | nindent 6 }}
    securityContext:
      {{- include "entrygo.containerSecurity" .root | nindent 6 }}
    resources:
      {{- toYaml $operator.resources | nindent 6 }}
    volumeMounts:
      - name: tmp
        mountPath: /tmp
volumes:
  - name: tmp
    emptyDir: {}
{{- end }}
