package dev.finexl;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import ai.onnxruntime.OrtEnvironment;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.finexl.onnx.OnnxRuntime;

/** Holds the directions in which the rooms may import each other: downwards only. */
@AnalyzeClasses(
        packages = "dev.finexl",
        importOptions = {ImportOption.DoNotIncludeTests.class, ImportOption.DoNotIncludeJars.class})
class ArchitectureTest {

    @ArchTest
    static final ArchRule ONE_PLACE_OPENS_SESSIONS = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("dev.finexl.onnx.SessionOpener")
            .should()
            .callMethodWhere(target(owner(type(OrtEnvironment.class))).and(target(name("createSession"))))
            .because("native code may only be given models that OnnxRuntime has admitted");

    @ArchTest
    static final ArchRule ONLY_ADMITTED_GRAPHS_ARE_OPENED = noClasses()
            .that()
            .doNotBelongToAnyOf(OnnxRuntime.class)
            .and()
            .doNotHaveFullyQualifiedName("dev.finexl.onnx.SessionOpener")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("dev.finexl.onnx.SessionOpener");

    @ArchTest
    static final ArchRule ONE_ROOM_KNOWS_THE_RUNTIME = noClasses()
            .that()
            .resideOutsideOfPackages("dev.finexl.onnx..", "dev.finexl")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("ai.onnxruntime..");

    @ArchTest
    static final ArchRule ROOMS_IMPORT_DOWNWARDS_ONLY = layeredArchitecture()
            .consideringOnlyDependenciesInAnyPackage("dev.finexl..")
            .withOptionalLayers(true)
            .layer("wiring")
            .definedBy("dev.finexl")
            .layer("serve.http")
            .definedBy("dev.finexl.serve.http..")
            .layer("serve.cli")
            .definedBy("dev.finexl.serve.cli..")
            .layer("serve.lambda")
            .definedBy("dev.finexl.serve.lambda..")
            .layer("job")
            .definedBy("dev.finexl.job..")
            .layer("account")
            .definedBy("dev.finexl.account..")
            .layer("evaluate")
            .definedBy("dev.finexl.evaluate..")
            .layer("report")
            .definedBy("dev.finexl.report..")
            .layer("choose")
            .definedBy("dev.finexl.choose..")
            .layer("compare")
            .definedBy("dev.finexl.compare..")
            .layer("explain")
            .definedBy("dev.finexl.explain..")
            .layer("decompose")
            .definedBy("dev.finexl.decompose..")
            .layer("concept")
            .definedBy("dev.finexl.concept..")
            .layer("embed")
            .definedBy("dev.finexl.embed..")
            .layer("generate")
            .definedBy("dev.finexl.generate..")
            .layer("onnx")
            .definedBy("dev.finexl.onnx..")
            .layer("store")
            .definedBy("dev.finexl.store..")
            .whereLayer("wiring")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("serve.http")
            .mayOnlyBeAccessedByLayers("wiring")
            .whereLayer("serve.cli")
            .mayOnlyBeAccessedByLayers("wiring")
            .whereLayer("serve.lambda")
            .mayOnlyBeAccessedByLayers("wiring")
            .whereLayer("job")
            .mayOnlyBeAccessedByLayers("wiring", "serve.http", "serve.cli", "serve.lambda")
            .whereLayer("account")
            .mayOnlyBeAccessedByLayers("wiring", "serve.http", "serve.cli", "serve.lambda", "job")
            .whereLayer("evaluate")
            .mayOnlyBeAccessedByLayers("wiring", "serve.http", "serve.cli")
            .whereLayer("report")
            .mayOnlyBeAccessedByLayers("wiring", "serve.http", "serve.cli", "serve.lambda", "job", "evaluate")
            .whereLayer("choose")
            .mayOnlyBeAccessedByLayers("wiring", "serve.http", "serve.cli", "serve.lambda", "job", "report")
            .whereLayer("compare")
            .mayOnlyBeAccessedByLayers("wiring", "serve.http", "serve.cli", "serve.lambda", "job", "report")
            .whereLayer("explain")
            .mayOnlyBeAccessedByLayers(
                    "wiring",
                    "serve.http",
                    "serve.cli",
                    "serve.lambda",
                    "job",
                    "account",
                    "evaluate",
                    "report",
                    "compare",
                    "choose")
            .whereLayer("concept")
            .mayOnlyBeAccessedByLayers(
                    "wiring",
                    "serve.http",
                    "serve.cli",
                    "serve.lambda",
                    "job",
                    "evaluate",
                    "compare",
                    "choose",
                    "explain")
            .whereLayer("generate")
            .mayOnlyBeAccessedByLayers(
                    "wiring", "serve.http", "serve.cli", "serve.lambda", "job", "evaluate", "explain")
            .whereLayer("decompose")
            .mayNotAccessAnyLayer()
            .whereLayer("store")
            .mayNotAccessAnyLayer()
            .whereLayer("onnx")
            .mayOnlyAccessLayers("store")
            .whereLayer("embed")
            .mayOnlyAccessLayers("onnx", "store")
            .whereLayer("generate")
            .mayOnlyAccessLayers("embed", "onnx", "store")
            .whereLayer("concept")
            .mayOnlyAccessLayers("embed", "store");
}
