// What the tests need of the .NET SDK: `--version`, `build`, `test DIRECTORY` and `PROGRAM.dll`.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

// What ImplicitUsings gives to a project of the Web SDK.
const string usings = """
    global using System;
    global using System.Collections.Generic;
    global using System.IO;
    global using System.Linq;
    global using System.Net.Http;
    global using System.Net.Http.Json;
    global using System.Threading;
    global using System.Threading.Tasks;
    global using Microsoft.AspNetCore.Builder;
    global using Microsoft.AspNetCore.Hosting;
    global using Microsoft.AspNetCore.Http;
    global using Microsoft.AspNetCore.Routing;
    global using Microsoft.Extensions.Configuration;
    global using Microsoft.Extensions.DependencyInjection;
    global using Microsoft.Extensions.Hosting;
    global using Microsoft.Extensions.Logging;
    """;
var here = AppContext.BaseDirectory;

switch (args)
{
    case ["--version"]:
        Console.WriteLine(Environment.Version);
        return 0;
    case ["build", ..]:
        return Build("revento-integration", OutputKind.ConsoleApplication, SourcesIn("."));
    case ["test", var tests]:
        var status = Build(
            "Tests",
            OutputKind.DynamicallyLinkedLibrary,
            [.. SourcesIn("."), .. SourcesIn(tests), Path.Combine(here, "Xunit.cs")]);
        return status != 0 ? status : await Run(Assembly.LoadFrom(Path.GetFullPath(PathOf("Tests"))));
    case [var program, .. var words]:
        var main = Assembly.LoadFrom(Path.GetFullPath(program)).EntryPoint!;
        return main.Invoke(null, main.GetParameters() is [] ? null : [words]) as int? ?? 0;
    default:
        return 2;
}

string PathOf(string name) => $"bin/Release/net8.0/{name}.dll";

IEnumerable<string> SourcesIn(string directory) => Directory.GetFiles(directory, "*.cs").Order(StringComparer.Ordinal);

// A warning is an error, as the project says.
int Build(string name, OutputKind kind, IEnumerable<string> sources)
{
    // C# 12 is what .NET 8 has.
    var language = CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.CSharp12);
    var trees = sources.Select(path => CSharpSyntaxTree.ParseText(File.ReadAllText(path), language, path))
        .Append(CSharpSyntaxTree.ParseText(usings, language));
    string[] framework = ["System.*.dll", "Microsoft.AspNetCore*.dll", "Microsoft.Extensions.*.dll", "Microsoft.CSharp.dll"];
    var references = framework
        .SelectMany(pattern => Directory.GetFiles(here, pattern))
        .Select(path => MetadataReference.CreateFromFile(path));
    var options = new CSharpCompilationOptions(
        kind, optimizationLevel: OptimizationLevel.Release, nullableContextOptions: NullableContextOptions.Enable);
    using var image = new MemoryStream();
    var result = CSharpCompilation.Create(name, trees, references, options).Emit(image);
    var said = result.Diagnostics.Where(one => one.Severity >= DiagnosticSeverity.Warning).ToList();
    said.ForEach(Console.Error.WriteLine);
    if (said.Count > 0) return 1;
    Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
    File.WriteAllBytes(PathOf(name), image.ToArray());
    return 0;
}

// Every method with a Fact, each on an object of its own.
async Task<int> Run(Assembly assembly)
{
    var failures = 0;
    foreach (var type in assembly.GetExportedTypes())
    {
        foreach (var method in type.GetMethods())
        {
            dynamic? fact = method.GetCustomAttributes().FirstOrDefault(one => Is(one.GetType(), "Xunit.FactAttribute"));
            if (fact is null) continue;
            var name = $"{type.Name}.{method.Name}";
            if (fact.Skip is string reason)
            {
                Console.WriteLine($"skipped {name}: {reason}");
                continue;
            }
            var rows = method.GetCustomAttributes()
                .Where(one => Is(one.GetType(), "Xunit.InlineDataAttribute"))
                .Select(one => (object?[]?)((dynamic)one).Data)
                .DefaultIfEmpty(null);
            foreach (var row in rows)
            {
                try
                {
                    if (method.Invoke(Activator.CreateInstance(type), row) is Task running) await running;
                    Console.WriteLine($"passed {name}");
                }
                catch (Exception error)
                {
                    failures++;
                    Console.Error.WriteLine($"failed {name}: {(error as TargetInvocationException)?.InnerException ?? error}");
                }
            }
        }
    }
    return failures == 0 ? 0 : 1;
}

static bool Is(Type? type, string name) => type is not null && (type.FullName == name || Is(type.BaseType, name));
