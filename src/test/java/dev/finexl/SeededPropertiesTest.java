package dev.finexl;

import static com.tngtech.archunit.lang.conditions.ArchConditions.beAnnotatedWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAnnotation;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import net.jqwik.api.Property;

/**
 * Holds the property tests to seeds of their own: the same tries at every run, so that a test run judges the change that it is run
 * for and not its luck. Whoever wants other tries takes a seed away for a while, and raises {@code tries}.
 */
@AnalyzeClasses(packages = "dev.finexl", importOptions = ImportOption.OnlyIncludeTests.class)
class SeededPropertiesTest {

    @ArchTest
    static final ArchRule EVERY_PROPERTY_HAS_A_SEED = methods()
            .that()
            .areAnnotatedWith(Property.class)
            .should(beAnnotatedWith(DescribedPredicate.describe(
                    "@Property with a seed",
                    (JavaAnnotation<?> annotation) -> annotation.getRawType().isEquivalentTo(Property.class)
                            && !annotation.as(Property.class).seed().equals(Property.SEED_NOT_SET))));
}
