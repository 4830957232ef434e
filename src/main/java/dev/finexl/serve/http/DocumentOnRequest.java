package dev.finexl.serve.http;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import io.quarkus.smallrye.openapi.OpenApiFilter.RunStage;
import org.eclipse.microprofile.openapi.OASFilter;

/**
 * Changes nothing of the OpenAPI document, whenever it is asked for. Exists for that "whenever": a document without such a filter is
 * written at every start of the program, as JSON and as YAML, whether anybody will read it or not.
 */
@OpenApiFilter(stages = RunStage.RUNTIME_PER_REQUEST)
public class DocumentOnRequest implements OASFilter {}
