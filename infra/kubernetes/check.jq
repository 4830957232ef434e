# Reads all objects of one variant, as a list, and writes what is wrong with them, a line each. Not a schema, but the fields that are used
# here by their names, so that a misspelt one does not go unnoticed, and what has to fit together.

def named: "\(.kind) \(.metadata.name)";

# What of $from is not among the known fields.
def unknown($at; $known): (keys - $known)[] | "\($at): unknown field \(.)";

def requires($at; condition; $what): if condition then empty else "\($at): \($what)" end;

def check_probe($at):
  unknown($at; ["httpGet", "initialDelaySeconds", "periodSeconds", "timeoutSeconds", "successThreshold", "failureThreshold"]),
  (.httpGet // {} | unknown($at + " httpGet"; ["path", "port"])),
  requires($at; .httpGet.path | IN("/q/health/ready", "/q/health/live", "/q/health/started"); "is not one of the program's");

def check_container($at; $pod; $all):
  unknown($at; ["name", "image", "ports", "env", "envFrom", "resources", "securityContext", "startupProbe", "readinessProbe", "livenessProbe",
    "volumeMounts"]),
  requires($at; .image | test("^[^:@ ]+(:[^:/]+|@sha256:[0-9a-f]{64})$") and (endswith(":latest") | not); "image \(.image) is not pinned"),
  (($pod.securityContext // {}) + (.securityContext // {})
    | unknown($at + " securityContext"; ["runAsNonRoot", "runAsUser", "runAsGroup", "fsGroup", "fsGroupChangePolicy", "seccompProfile",
        "allowPrivilegeEscalation", "readOnlyRootFilesystem", "capabilities"]),
      requires($at; .runAsNonRoot == true and .runAsUser >= 10000; "may run as root"),
      requires($at; .allowPrivilegeEscalation == false; "may gain privileges"),
      requires($at; .readOnlyRootFilesystem == true; "has a root that is not read-only"),
      requires($at; .capabilities.drop == ["ALL"] and (.capabilities | has("add") | not); "has capabilities"),
      requires($at; .seccompProfile.type == "RuntimeDefault"; "has no seccomp profile")),
  (.resources | unknown($at + " resources"; ["requests", "limits"])),
  requires($at; .resources.limits["nvidia.com/gpu"] == "1" and .resources.requests["nvidia.com/gpu"] == "1"; "does not ask for one GPU"),
  requires($at; .resources.limits.memory != null and .resources.requests.memory == .resources.limits.memory; "may take more memory than it asks for"),
  requires($at; .readinessProbe and .livenessProbe; "has no readiness or liveness probe"),
  (to_entries[] | select(.key | endswith("Probe")) | .key as $name | .value | check_probe("\($at) \($name)")),
  (.volumeMounts[] | .name as $name | requires($at; any($pod.volumes[]; .name == $name); "mounts \($name), which is no volume")),
  requires($at; [.volumeMounts[].mountPath] | contains(["/data", "/tmp"]); "has nowhere to write to"),
  (.envFrom[] | select(.configMapRef) | .configMapRef.name as $name
    | requires($at; any($all[]; .kind == "ConfigMap" and .metadata.name == $name); "takes settings from \($name), which is not there"));

def check_pod($at; $all):
  . as $pod
  | unknown($at; ["serviceAccountName", "automountServiceAccountToken", "enableServiceLinks", "securityContext", "tolerations", "containers",
      "volumes", "terminationGracePeriodSeconds", "containerConcurrency", "timeoutSeconds"]),
    requires($at; .serviceAccountName as $name
      | any($all[]; .kind == "ServiceAccount" and .metadata.name == $name and .automountServiceAccountToken == false);
      "has a service account that is not there, or a token of it"),
    (.volumes[] | unknown("\($at) volume \(.name)"; ["name", "emptyDir", "persistentVolumeClaim"])),
    (.volumes[] | select(.persistentVolumeClaim) | .persistentVolumeClaim.claimName as $name
      | requires($at; any($all[]; .kind == "PersistentVolumeClaim" and .metadata.name == $name); "claims \($name), which is not there")),
    (.volumes[] | select(.emptyDir) | requires("\($at) volume \(.name)"; .emptyDir.sizeLimit; "has no limit")),
    requires($at; .containers | length == 1; "has not one container"),
    (.containers[] | check_container("\($at) \(.name)"; $pod; $all));

def setting($all; $name): [$all[] | select(.kind == "ConfigMap") | .data[$name] // empty][0];

. as $all
| requires("all"; length > 0; "there is nothing"),
  (group_by([.apiVersion, .kind, .metadata.name])[] | select(length > 1) | "\(.[0] | named): is there twice"),
  ($all[] | named as $at | unknown($at; ["apiVersion", "kind", "metadata", "spec", "data", "automountServiceAccountToken"]),
    requires($at; .metadata.name | test("^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"); "has a name that Kubernetes refuses"),
    if [.apiVersion, .kind] == ["v1", "ConfigMap"] then
      .data | to_entries[] | requires($at; .value | type == "string"; "\(.key) is not a string"),
        requires($at; .key | test("SECRET|PASSWORD|API_KEY") | not; "\(.key) is a secret")
    elif [.apiVersion, .kind] == ["v1", "ServiceAccount"] then empty
    elif [.apiVersion, .kind] == ["v1", "PersistentVolumeClaim"] then
      .spec | unknown($at; ["accessModes", "resources", "storageClassName"]),
        requires($at; .accessModes == ["ReadWriteMany"]; "cannot be shared by pods of several nodes")
    elif [.apiVersion, .kind] == ["v1", "Service"] then
      .spec | unknown($at; ["selector", "ports"]),
        (.selector as $selector | .ports[] as $port | requires($at; any($all[]; .kind == "Deployment"
          and (.spec.template.metadata.labels | contains($selector))
          and any(.spec.template.spec.containers[].ports[]; .name == $port.targetPort)); "leads nowhere"))
    elif [.apiVersion, .kind] == ["apps/v1", "Deployment"] then
      .spec | unknown($at; ["selector", "strategy", "progressDeadlineSeconds", "template"]),
        requires($at; .selector.matchLabels as $labels | .template.metadata.labels | contains($labels); "selects other pods than its own"),
        requires($at; .template.spec.terminationGracePeriodSeconds >= (setting($all; "FINEXL_HTTP_SHUTDOWN") | rtrimstr("s") | tonumber) + 10;
          "is killed before it has ended"),
        (.template.spec | check_pod($at; $all))
    elif [.apiVersion, .kind] == ["serving.knative.dev/v1", "Service"] then
      .spec | unknown($at; ["template"]),
        requires($at; .template.spec.containerConcurrency == (setting($all; "FINEXL_HTTP_CONCURRENT") | tonumber);
          "lets in another number of requests than are explained at a time"),
        requires($at; .template.metadata.annotations["autoscaling.knative.dev/min-scale"] == "0"; "does not scale to zero"),
        requires($at; .template.metadata.annotations | all(.[]; type == "string"); "has an annotation that is not a string"),
        requires($at; .template.spec | [has("automountServiceAccountToken"), has("terminationGracePeriodSeconds")] == [false, false];
          "has a field that Knative refuses"),
        (.template.spec | check_pod($at; $all))
    elif [.apiVersion, .kind] == ["keda.sh/v1alpha1", "ScaledObject"] then
      .spec | unknown($at; ["scaleTargetRef", "minReplicaCount", "maxReplicaCount", "pollingInterval", "fallback", "advanced", "triggers"]),
        (.scaleTargetRef.name as $name
          | requires($at; any($all[]; .kind == "Deployment" and .metadata.name == $name); "scales \($name), which is not there")),
        requires($at; .minReplicaCount >= 1 and .maxReplicaCount >= .minReplicaCount; "has bounds that do not fit"),
        (.triggers[] | unknown($at + " trigger"; ["type", "metadata"]),
          requires($at; .type == "prometheus" and ([.metadata | .serverAddress, .query, .threshold | type] | all(. == "string"));
            "has a trigger without address, query or threshold"))
    else "\($at): \(.apiVersion) \(.kind) is not known to this check"
    end)
